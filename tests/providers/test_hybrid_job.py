"""Hybrid jobs on the wire: the whole request, the source stored once and before it, and what each end means."""

from __future__ import annotations

import gzip
import io
import json
import re
import tarfile
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from reconciler.core.address import parse_address
from reconciler.core.attempt import Outcome
from reconciler.core.declared import FolderChanged, FolderFile, SourceFolder
from reconciler.core.digest import sha256
from reconciler.core.phase import Phase
from reconciler.core.resource import Resource
from reconciler.core.uid import born
from reconciler.providers import KINDS
from reconciler.providers.braket.hybrid_job import job_name
from reconciler.providers.braket.job_entry import entry_problem
from reconciler.providers.braket.job_results import ArchiveUnreadable, document_of
from reconciler.providers.braket.job_source import pack
from reconciler.providers.kind import Reply, Search
from tests.providers.bench import GARNET, Answer, Bench, attempt, error
from tests.providers.samples import CONTEXT, SAMPLES, declare, source_folder

TOKEN = "0123456789abcdef" * 4
FULL: dict[str, Any] = {
    "image": "292282985366.dkr.ecr.us-east-1.amazonaws.com/amazon-braket-base-jobs:latest",
    "instance": {"type": "ml.m5.xlarge", "volume": 50, "count": 1},
    "input": {"train": "s3://bucket/train", "eval": "s3://bucket/eval"},
    "checkpoint": {"s3Uri": "s3://bucket/checkpoints"},
    "reservation": "arn:aws:braket:us-east-1:123456789012:reservation/1",
    "output": {"bucket": "ours", "prefix": "jobs"},
}


def resource(name: str = "descent", **changes: Any) -> Resource:
    """The sample's job."""
    return KINDS["HybridJob"].desired(declare(f"HybridJob/{name}", {**SAMPLES["HybridJob"].spec, **changes}), CONTEXT)


def create(bench: Bench, made: Resource, token: str = TOKEN) -> Reply:
    """One create call."""
    return bench.cloud.create(made, token, {"owner": "lab-3"}, bench.cloud.place(made))


def operations(bench: Bench) -> list[str]:
    """What stood on the wire, without the question for the account."""
    return [name for name, _ in bench.wire.sent if name != "GetCallerIdentity"]


def test_the_whole_request(bench: Bench) -> None:
    made = resource(**FULL)
    bench.client.make_bucket("us-east-1", "ours")
    assert create(bench, made).outcome is not Outcome.UNKNOWN
    (body,) = bench.wire.bodies("CreateJob")
    assert body == json.loads((Path(__file__).parent / "requests" / "hybrid-job.json").read_text("utf-8"))


def test_the_source_is_stored_once_and_before_anything_is_paid(bench: Bench) -> None:
    bench.client.make_bucket("us-east-1", "amazon-braket-us-east-1-123456789012")
    bench.wire.sent.clear()
    assert create(bench, resource()).outcome is Outcome.ACCEPTED
    assert create(bench, resource("other"), "f" * 64).outcome is Outcome.ACCEPTED
    assert operations(bench) == ["HeadObject", "PutObject", "CreateJob", "HeadObject", "CreateJob"]
    put = next(request for name, request in bench.wire.sent if name == "PutObject")
    assert put.headers["if-none-match"] == "*"
    keys = {body["algorithmSpecification"]["scriptModeConfig"]["s3Uri"] for body in bench.wire.bodies("CreateJob")}
    assert len(keys) == 1


def test_somebody_else_stored_it_meanwhile(bench: Bench) -> None:
    bench.wire.answer("PutObject", _s3(412, "PreconditionFailed"))
    assert create(bench, resource()).outcome is Outcome.ACCEPTED


def test_who_may_not_list_the_bucket_may_still_store(bench: Bench) -> None:
    bench.wire.answer("HeadObject", Answer(403, b"", {"content-type": "application/xml"}))
    assert create(bench, resource()).outcome is Outcome.ACCEPTED


def test_the_default_bucket_is_made_and_no_other(bench: Bench) -> None:
    assert create(bench, resource()).outcome is Outcome.ACCEPTED
    assert bench.wire.count("CreateBucket") == 1
    reply = create(bench, resource(output={"bucket": "not-there", "prefix": "x"}))
    assert reply.outcome is Outcome.REFUSED
    assert "NoSuchBucket" in reply.error
    assert bench.wire.count("CreateBucket") == 1


@pytest.mark.parametrize(
    ("answer", "again"),
    [
        ("refused", False),
        ("broken", True),
        ("unreached", True),
    ],
)
def test_a_source_that_can_not_be_stored_costs_nothing(bench: Bench, answer: str, again: bool) -> None:
    """Refused, and never in doubt: no job was asked for."""
    answers: dict[str, Answer | Exception] = {
        "refused": _s3(403, "AccessDenied"),
        "broken": _s3(500, "InternalError"),
        "unreached": EndpointConnectionError(endpoint_url="https://s3"),
    }
    bench.wire.answer("PutObject", answers[answer])
    reply = create(bench, resource())
    assert (reply.outcome, reply.again) == (Outcome.REFUSED, again)
    assert "the source can't be stored as s3://" in reply.error
    assert bench.wire.count("CreateJob") == 0


def test_a_source_that_changed_since_the_plan_is_not_sent(bench: Bench) -> None:
    def changed(_: FolderFile) -> bytes:
        raise FolderChanged("main.py was changed")

    made = resource()
    source = made.payload.source
    object.__setattr__(made.payload, "source", SourceFolder(source.name, source.files, changed))
    reply = create(bench, made)
    assert (reply.outcome, reply.again) == (Outcome.REFUSED, False)
    assert "the source is not what was planned: main.py was changed" in reply.error
    assert operations(bench) == ["HeadObject"]


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (error(409, "ConflictException"), Outcome.REFUSED),
        (error(402, "ServiceQuotaExceededException"), Outcome.REFUSED),
        (error(424, "DeviceOfflineException"), Outcome.REFUSED),
        (error(500, "InternalServiceException"), Outcome.UNKNOWN),
        (Answer(201, {}), Outcome.UNKNOWN),
        (Answer(200, b"<html>", {"content-type": "text/html"}), Outcome.UNKNOWN),
    ],
)
def test_what_the_end_of_a_create_means(bench: Bench, answer: Answer, outcome: Outcome) -> None:
    bench.wire.answer("CreateJob", answer)
    assert create(bench, resource()).outcome is outcome
    assert bench.wire.count("CreateJob") == 1


def test_the_archive_is_the_same_everywhere() -> None:
    source = source_folder("src/algo", main="def run(): ...\n", helper="X = 1\n")
    assert pack(source) == pack(source)
    data = pack(source)
    assert data[4:8] == bytes(4), "no time in the gzip header"
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        found = [(m.name, m.mode, m.mtime, m.uid, m.gid, m.uname, m.gname) for m in tar]
    assert found == [(f"algo/{name}.py", 0o644, 0, 0, 0, "", "") for name in ("helper", "main")]


def test_what_may_be_executed_stays_so() -> None:
    source = SourceFolder("algo", (FolderFile("go.sh", True, sha256("x")),), lambda _: b"x")
    with tarfile.open(fileobj=io.BytesIO(pack(source))) as tar:
        assert [member.mode for member in tar] == [0o755]


@pytest.mark.parametrize("name", ["a", "a.b-c", "a" * 63, "x" * 36 + "-" + "y" * 20, "1.2.3"])
def test_names_of_jobs_are_names_for_braket(name: str) -> None:
    one, two = (job_name(parse_address(f"HybridJob/{name}"), token) for token in ("0" * 64, "1" * 64))
    assert re.fullmatch(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,50}", one)
    assert len(one) <= 50
    assert one != two


def _s3(status: int, code: str) -> Answer:
    body = f"<Error><Code>{code}</Code><Message>it said so</Message></Error>".encode()
    return Answer(status, body, {"content-type": "application/xml"})


# Reading back


def test_few_are_read_one_by_one_and_many_by_pages(bench: Bench) -> None:
    bench.world.set_switch("jobs.quota", "50")
    made = [create(bench, resource(), f"{n:064d}").id for n in range(12)]
    known = [(f"HybridJob/j{n}", attempt(bench, arn, output="s3://b/k")) for n, arn in enumerate(made)]
    bench.wire.sent.clear()
    assert len(list(bench.cloud.observe(known[:3]))) == 3
    assert operations(bench) == ["GetJob"] * 3
    bench.wire.sent.clear()
    assert {seen.phase for seen in bench.cloud.observe(known)} == {Phase.OPEN}
    assert operations(bench) == ["SearchJobs"]


@pytest.mark.parametrize(("reason", "output"), [("it overheated", "s3://b/k"), ("", "")])
def test_what_a_summary_does_not_tell_is_asked_for(bench: Bench, reason: str, output: str) -> None:
    """Why it failed, and where its results are."""
    bench.world.set_switch("jobs.quota", "50")
    bench.world.set_switch("fail.reason", reason)
    made = [create(bench, resource(), f"{n:064d}").id for n in range(7)]
    bench.world.advance(60)
    known = [(f"HybridJob/j{n}", attempt(bench, arn, output=output)) for n, arn in enumerate(made)]
    bench.wire.sent.clear()
    seen = list(bench.cloud.observe(known))
    assert operations(bench) == ["SearchJobs", *["GetJob"] * 7]
    assert {one.failure for one in seen} == {reason}
    assert all(one.output.startswith("s3://amazon-braket-us-east-1-123456789012/qctl/contract/") for one in seen)


def test_marks_copied_from_a_run_of_another_kind_are_none(bench: Bench) -> None:
    place = bench.cloud.place(resource())
    token = "a" * 64
    marks = {"qctl:project": CONTEXT.uid, "qctl:digest": "q1-d", "qctl:run": f"default/1/1/{token}"}
    for number, address in enumerate(("QuantumTask/bell", "HybridJob/descent")):
        bench.cloud.create(resource(), f"{number:064d}", {**marks, "qctl:address": address}, place)
    search = Search(CONTEXT.uid, born(CONTEXT.uid), frozenset({place.region}), unmarked=True)
    found = [(one.mark, one.attempt.token, one.kind) for one in bench.cloud.discover(search)]
    assert sorted(found) == [("HybridJob/descent", token, "HybridJob"), ("QuantumTask/bell", "", "HybridJob")]


def test_a_failure_without_a_reason_tells_its_last_event(bench: Bench) -> None:
    arn = create(bench, resource()).id
    job = bench.client.once("us-east-1", "get_job", jobArn=arn)
    events = [{"eventType": kind, "message": ""} for kind in ("RUNNING", "MAX_RUNTIME_EXCEEDED", "FAILED")]
    body = {k: v for k, v in job.items() if k != "ResponseMetadata"} | {"status": "FAILED", "events": events}
    bench.wire.answer("GetJob", Answer(200, body))
    (seen,) = bench.cloud.observe([("HybridJob/j", attempt(bench, arn))])
    assert seen.failure == "MAX_RUNTIME_EXCEEDED"


def test_the_place_in_the_queue(bench: Bench) -> None:
    bench.world.set_switch("latency.job.queue", "100")
    made = [create(bench, resource(), f"{n:064d}").id for n in range(2)]
    seen = bench.cloud.observe([(f"HybridJob/j{n}", attempt(bench, arn)) for n, arn in enumerate(made)])
    assert [one.queue for one in seen] == ["1", "2"]


@pytest.mark.parametrize(("age", "missing"), [(10, []), (600, [True])])
def test_a_young_job_is_never_called_missing(bench: Bench, age: float, missing: list[bool]) -> None:
    arn = "arn:aws:braket:us-east-1:123456789012:job/00000000-0000-0000-0000-000000000001"
    assert [o.missing for o in bench.cloud.observe([("HybridJob/j", attempt(bench, arn, age=age))])] == missing


# Results: strangers' archives


def archive(*files: tuple[str, bytes]) -> bytes:
    """A tar.gz of these files."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as tar:
        for name, data in files:
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return gzip.compress(raw.getvalue())


def test_the_results_in_an_archive() -> None:
    assert document_of(archive(("model.bin", b"\0"), ("./results.json", b'{"a": 1}'))) == b'{"a": 1}'
    assert (
        document_of(archive(("../../x", b""), ("b/results.json", b"{}"))) == b'{"files": ["../../x", "b/results.json"]}'
    )


@pytest.mark.parametrize(
    "data",
    [b"", b"no archive", archive(("results.json", b"x" * 5000))[:-40], gzip.compress(b"no tar" * 200)],
    ids=["empty", "text", "cut", "gzip of something else"],
)
def test_archives_that_are_none(data: bytes) -> None:
    with pytest.raises(ArchiveUnreadable):
        document_of(data)


def test_an_archive_that_grows_without_end_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.providers.braket.job_results._MOST_BYTES", 1_000_000)
    with pytest.raises(ArchiveUnreadable, match="holds more than 1,000,000 bytes"):
        document_of(archive(("zeros", bytes(3_000_000)), ("results.json", b"{}")))
    monkeypatch.setattr("reconciler.providers.braket.job_results._MOST_RESULT", 10)
    with pytest.raises(ArchiveUnreadable, match=r"results\.json has 11 bytes"):
        document_of(archive(("results.json", b"x" * 11)))


# Checks


@pytest.mark.parametrize(
    ("entry", "text", "problem"),
    [
        ("algo.main:run", "def run(): ...", ""),
        ("algo.main:run", "from .core import run", ""),
        ("algo.main:run", "try:\n    from fast import run\nexcept ImportError:\n    run = None", ""),
        ("algo.main:run", "from .core import *", ""),
        ("algo.main", "print(1)", ""),
        ("algo.main:run", "def start(): ...", "algo/main.py defines no run"),
        ("algo.main:run", "def run(:", "algo/main.py, line 1 is no Python: invalid syntax"),
        ("algo.other:run", "", "the source has no algo/other.py and no algo/other/__init__.py"),
        ("algo", "", "the source has no algo/__init__.py"),
        ("main:run", "", "the folder is imported as algo, and the entry point begins with main"),
    ],
)
def test_entry_points(entry: str, text: str, problem: str) -> None:
    assert entry_problem(source_folder("src/algo", main=text), entry) == problem


@pytest.mark.parametrize("name", ["api_key", "apiKey", "DB_PASSWORD", "token", "client-secret", "aws_access_key_id"])
def test_what_looks_like_a_secret(bench: Bench, name: str) -> None:
    checked = bench.cloud.check([resource(hyperparameters={name: "x", "max_tokens": 3, "key": 1})])
    assert [(found.code, found.where and found.where.file) for found in checked.diagnostics] == [
        ("job/secret", f"hyperparameters.{name}")
    ]


def test_a_simulator_that_the_job_brings_is_not_asked_for(bench: Bench) -> None:
    assert bench.cloud.check([resource(device="local:braket/default")]).diagnostics == []
    assert operations(bench) == []


@pytest.mark.parametrize("status", ["OFFLINE", "RETIRED"])
def test_a_device_that_takes_no_jobs(bench: Bench, status: str) -> None:
    device = bench.client.once("eu-north-1", "get_device", deviceArn=GARNET)
    body = {k: v for k, v in device.items() if k != "ResponseMetadata"} | {"deviceStatus": status}
    bench.wire.answer("GetDevice", Answer(200, body))
    checked = bench.cloud.check([resource(device="garnet")])
    (found,) = checked.diagnostics
    assert found.code == f"device/{status.lower()}"
    assert "jobs" in found.detail
    (price,) = checked.prices.values()
    assert (price.least, price.most) == (None, None), "what its machine costs is not known, which is not nothing"
