"""Hybrid jobs whose scripts really run: processes of this machine, in real time. Each test waits for what it sees."""

import gzip
import hashlib
import io
import json
import signal
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from typing import Any

import pytest

from reconciler.emulator import jobs_archive, jobs_log
from reconciler.emulator.jobs_drive import driving
from reconciler.emulator.world import World
from tests.emulator.jobs import archive, create_job, get_job, status, upload
from tests.emulator.local import Local, refused

ROOT = Path(__file__).parents[2]
LOG = "/aws/braket/jobs"
# Says that it is up, and stays with its child until somebody ends them. Both hold the lock of a file.
STAYS = """
import fcntl, subprocess, sys
def run():
    held = open(HELD)
    fcntl.flock(held, fcntl.LOCK_EX)
    again = [sys.executable, "-c", "import time; time.sleep(600)"]
    child = subprocess.Popen(again, pass_fds=[held.fileno()])
    print("up", flush=True)
    child.wait()
"""


class Staying:
    """A script that stays, and whether any process of it is still there."""

    def __init__(self, folder: Path) -> None:
        self._held = folder / "held"
        self._held.touch()
        self.script = STAYS.replace("HELD", repr(str(self._held)))

    def is_gone(self) -> bool:
        with self._held.open() as file, suppress(BlockingIOError):
            flock(file, LOCK_EX | LOCK_NB)
            return True
        return False


@pytest.fixture
def staying(tmp_path: Path) -> Staying:
    return Staying(tmp_path)


@pytest.fixture
def driven(local: Local) -> Iterator[Local]:
    """A local cloud in this process that runs every job at once."""
    local.world.set_switch("jobs.run", "on")
    local.world.set_switch("latency.job.queue", "0")
    with driving(local.world):
        yield local


def until(what: Callable[[], Any]) -> Any:
    """What it gives, as soon as it gives something."""
    last = time.monotonic() + 60
    while not (found := what()):
        assert time.monotonic() < last, "It never came."
        time.sleep(0.02)
    return found


def ended(local: Local, arn: str) -> dict[str, Any]:
    until(lambda: status(local, arn) in ("COMPLETED", "FAILED", "CANCELLED"))
    return get_job(local, arn)


def lines(local: Local, arn: str) -> list[str]:
    logs = local.client("logs")
    prefix = f"vqe/{arn.rsplit('/', 1)[1]}/"
    found = logs.describe_log_streams(logGroupName=LOG, logStreamNamePrefix=prefix)["logStreams"]
    names = [stream["logStreamName"] for stream in found]
    pages = [logs.get_log_events(logGroupName=LOG, logStreamName=name, startFromHead=True) for name in names]
    return [event["message"] for page in pages for event in page["events"]]


def start(local: Local, script: str, **changes: Any) -> str:
    upload(local, "source.tar.gz", archive({"work/__init__.py": "", "work/main.py": script}))
    return create_job(local, **changes)


def results(local: Local) -> dict[str, str]:
    body = local.client("s3").get_object(Bucket="out", Key="vqe/1/output/model.tar.gz")["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(body))) as tar:
        return {one.name: tar.extractfile(one).read().decode() for one in tar if one.isfile()}  # type: ignore[union-attr]


REPORT = """
import json, os, sys
from pathlib import Path
def run(steps: int, rate: float, name):
    seen = {key: value for key, value in os.environ.items() if key.startswith(("AMZN_", "AWS_", "BRAKET_"))}
    seen |= {"call": [steps, rate, name], "input": Path(os.environ["AMZN_BRAKET_INPUT_DIR"], "data/a/b").read_text()}
    checkpoints = Path(os.environ["AMZN_BRAKET_CHECKPOINT_DIR"])
    seen["checkpoint"] = Path(checkpoints, "old").read_text()
    Path(checkpoints, "new").write_text("new")
    Path(os.environ["AMZN_BRAKET_JOB_RESULTS_DIR"], "seen.json").write_text(json.dumps(seen))
    print("first")
    print("second", file=sys.stderr)
"""


def test_a_script_finds_what_it_was_given_and_its_results_are_kept(
    driven: Local, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", "the real one")
    for key, bucket in (("data/a/b", "data"), ("checkpoints/old", "out")):
        upload(driven, key, b"old", bucket)
    arn = start(
        driven,
        REPORT,
        hyperParameters={"steps": "3", "rate": "0.5", "name": "7"},
        inputDataConfig=[{"channelName": "data", "dataSource": {"s3DataSource": {"s3Uri": "s3://data/data"}}}],
        checkpointConfig={"s3Uri": "s3://out/checkpoints"},
    )
    read = ended(driven, arn)
    assert (read["status"], read.get("failureReason")) == ("COMPLETED", None)
    assert lines(driven, arn) == ["first", "second"]
    seen = json.loads(results(driven)["seen.json"])
    assert (seen.pop("call"), seen.pop("input"), seen.pop("checkpoint")) == ([3, 0.5, "7"], "old", "old")
    folders = {name: Path(seen.pop(f"AMZN_BRAKET_{name}")) for name in FOLDERS}
    assert {name: path.name for name, path in folders.items()} == FOLDERS
    assert not any(path.exists() for path in folders.values())
    endpoint, token = seen.pop("AWS_ENDPOINT_URL"), seen.pop("AMZN_BRAKET_JOB_TOKEN")
    assert (endpoint.startswith("http://127.0.0.1:"), len(token)) == (True, 36)
    assert seen == SEEN | {"BRAKET_ENDPOINT": endpoint}
    s3 = driven.client("s3")
    assert s3.get_object(Bucket="out", Key="checkpoints/new")["Body"].read() == b"new"


FOLDERS = {
    "CHECKPOINT_DIR": "checkpoints",
    "HP_FILE": "hyperparameters.json",
    "INPUT_DIR": "input",
    "JOB_RESULTS_DIR": "model",
}
SEEN = {
    "AMZN_BRAKET_DEVICE_ARN": "arn:aws:braket:::device/quantum-simulator/amazon/sv1",
    "AMZN_BRAKET_JOB_NAME": "vqe",
    "AMZN_BRAKET_JOB_RESULTS_S3_PATH": "vqe/1/output",
    "AMZN_BRAKET_OUT_S3_BUCKET": "out",
    "AMZN_BRAKET_SCRIPT_COMPRESSION_TYPE": "GZIP",
    "AMZN_BRAKET_SCRIPT_ENTRY_POINT": "work.main:run",
    "AMZN_BRAKET_SCRIPT_S3_URI": "s3://code/source.tar.gz",
    "AMZN_BRAKET_TASK_RESULTS_S3_URI": "s3://out/jobs/vqe/tasks",
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_REGION": "us-east-1",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
}


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("def run(): raise ValueError('no such angle')", "ValueError: no such angle"),
        ("import sys\ndef run(): sys.exit(3)", "The entry point ended with exit code 3."),
        ("import os\ndef run(): os.kill(os.getpid(), 11)", "The entry point was ended by signal 11."),
        ("def other(): pass", "AttributeError: module 'work.main' has no attribute 'run'"),
    ],
)
def test_a_script_that_fails_makes_its_job_fail(driven: Local, script: str, reason: str) -> None:
    arn = start(driven, script)
    read = ended(driven, arn)
    assert (read["status"], read["failureReason"]) == ("FAILED", reason)
    assert lines(driven, arn)[-1] == f"[local cloud] {reason}"
    assert "model.tar.gz" not in str(driven.client("s3").list_buckets())


def test_what_qctl_says_in_the_log_is_no_reason_of_a_failure(driven: Local) -> None:
    upload(driven, "source.tar.gz", archive({"work/main.py": "raise SystemExit(3)", "work/requirements.txt": "numpy"}))
    arn = create_job(driven)
    assert ended(driven, arn)["failureReason"] == "The entry point ended with exit code 3."
    assert lines(driven, arn) == [
        "[local cloud] requirements.txt is not installed: the job runs with the Python packages of qctl.",
        "[local cloud] The entry point ended with exit code 3.",
    ]


def test_results_too_large_to_keep_fail_the_job(driven: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs_archive, "MOST_BYTES", 50_000)
    script = "import os\ndef run(): open(os.environ['AMZN_BRAKET_JOB_RESULTS_DIR'] + '/a', 'w').write('0' * 60_000)"
    arn = start(driven, script)
    assert ended(driven, arn)["failureReason"] == "The results hold more than 50000 bytes."


def test_a_long_log_is_cut(driven: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs_log, "MOST", 3)
    arn = start(driven, "def run():\n    for line in range(5): print(line, flush=True)\n    raise ValueError('end')")
    assert ended(driven, arn)["failureReason"] == "ValueError: end"
    assert lines(driven, arn) == ["0", "1", "2", "[local cloud] The log is cut after 3 lines."]


@pytest.mark.parametrize(
    ("entry", "key", "kind", "expected"),
    [
        ("work.main", "source.tar.gz", "GZIP", "__main__"),
        ("work/main.py", "source.tar.gz", "GZIP", "__main__"),
        ("script", "script.py", "NONE", "__main__"),
        ("script.py", "script.py", "NONE", "__main__"),
    ],
)
def test_an_entry_point_is_a_module_or_a_file(driven: Local, entry: str, key: str, kind: str, expected: str) -> None:
    script = "print(__name__)"
    upload(driven, "script.py", script.encode())
    source = {"entryPoint": entry, "s3Uri": f"s3://code/{key}", "compressionType": kind}
    arn = start(driven, script, algorithmSpecification={"scriptModeConfig": source})
    assert ended(driven, arn)["status"] == "COMPLETED"
    assert lines(driven, arn) == [expected]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"entryPoint": "os:system"}, "The entry point os:system is not in the source."),
        ({"entryPoint": "../../x.py"}, "The entry point ../../x.py is not in the source."),
        ({"s3Uri": "s3://code/other"}, "Unable to download code: there is no s3://code/other."),
        ({"s3Uri": "https://code/other"}, "https://code/other is no s3:// address."),
        ({"entryPoint": "a\0b"}, "embedded null byte"),
    ],
)
def test_only_the_source_runs(driven: Local, changes: dict[str, str], reason: str) -> None:
    script = {"entryPoint": "work.main:run", "s3Uri": "s3://code/source.tar.gz", "compressionType": "GZIP"} | changes
    arn = start(driven, "", algorithmSpecification={"scriptModeConfig": script}, hyperParameters={"command": "exit 7"})
    assert ended(driven, arn)["failureReason"] == reason


def test_a_source_that_was_allowed_runs_and_no_other(local: Local) -> None:
    allowed, other = (archive({"work/main.py": f"def run(): print({text!r})"}) for text in ("allowed", "other"))
    upload(local, "source.tar.gz", allowed)
    local.world.allow_sources([hashlib.sha256(allowed).hexdigest()])
    with driving(local.world):
        first = create_job(local, "a")
        local.world.advance(1)
        assert ended(local, first)["status"] == "COMPLETED"
        upload(local, "source.tar.gz", other)
        second = create_job(local, "b")
        local.world.advance(1)
        assert ended(local, second)["status"] == "FAILED"
    assert (lines(local, first), lines(local, second)) == (["allowed"], [])


def test_a_channel_without_data_and_an_archive_that_is_none_fail_the_job(driven: Local) -> None:
    empty = [{"channelName": "data", "dataSource": {"s3DataSource": {"s3Uri": "s3://data/nothing"}}}]
    assert (
        ended(driven, start(driven, "", inputDataConfig=empty))["failureReason"] == "No data found for channel 'data'"
    )
    upload(driven, "source.tar.gz", b"no archive")
    reason = ended(driven, create_job(driven, "b"))["failureReason"]
    assert reason == "The source archive can't be unpacked: Not a gzipped file (b'no')"


def test_while_a_job_runs_the_cloud_answers_and_cancelling_ends_all_its_processes(
    driven: Local, staying: Staying
) -> None:
    arn = start(driven, staying.script)
    until(lambda: status(driven, arn) == "RUNNING" and lines(driven, arn) == ["up"])
    assert [job["status"] for job in driven.client().search_jobs(filters=[])["jobs"]] == ["RUNNING"]
    assert driven.status(driven.create("task")) == "QUEUED"
    assert not staying.is_gone()
    driven.client().cancel_job(jobArn=arn)
    assert ended(driven, arn)["status"] == "CANCELLED"
    until(staying.is_gone)
    assert refused(driven.client("s3").get_object, Bucket="out", Key="vqe/1/output/model.tar.gz")[0] == 404


def test_a_job_that_is_longer_than_it_may_is_ended(driven: Local, staying: Staying) -> None:
    read = ended(driven, start(driven, staying.script, stoppingCondition={"maxRuntimeInSeconds": 1}))
    assert (read["status"], read["failureReason"]) == ("FAILED", "The job ran longer than its maximum of 1 s.")
    assert [event["eventType"] for event in read["events"]][-2:] == ["MAX_RUNTIME_EXCEEDED", "FAILED"]
    until(staying.is_gone)


def test_a_job_ends_with_who_runs_it(local: Local, staying: Staying) -> None:
    local.world.set_switch("jobs.run", "on")
    with driving(local.world):
        arn = start(local, staying.script)
        local.world.advance(1)
        until(lambda: status(local, arn) == "RUNNING" and lines(local, arn))
    read = get_job(local, arn)
    reason = "The qctl that ran this job was ended before it. Long jobs live as long as qctl local serve does."
    assert (read["status"], read["failureReason"]) == ("FAILED", reason)
    until(staying.is_gone)


def test_a_reset_ends_what_runs(driven: Local, staying: Staying) -> None:
    arn = start(driven, staying.script)
    until(lambda: status(driven, arn) == "RUNNING" and lines(driven, arn))
    driven.world.reset()
    until(staying.is_gone)
    assert driven.client().search_jobs(filters=[])["jobs"] == []


def test_a_killed_driver_leaves_no_process_and_its_job_is_not_run_again(tmp_path: Path, staying: Staying) -> None:
    path = tmp_path / "world.sqlite"
    world = World.open(path)
    local = Local(world)
    world.set_switch("jobs.run", "on")
    world.set_switch("latency.job.queue", "0")
    arn = start(local, staying.script)
    driver = subprocess.Popen([sys.executable, "-m", "tests.emulator.job_driver", str(path)], cwd=ROOT)
    until(lambda: lines(local, arn))
    assert (status(local, arn), staying.is_gone()) == ("RUNNING", False)
    driver.send_signal(signal.SIGKILL)
    driver.wait()
    until(staying.is_gone)
    with driving(world):
        read = get_job(local, arn)
    assert (read["status"], read["failureReason"]) == (
        "FAILED",
        "The process of the local cloud that ran this job ended before it.",
    )
    assert lines(local, arn) == ["up"]
    assert not Path(f"{path}.jobs").exists()
    world.close()
