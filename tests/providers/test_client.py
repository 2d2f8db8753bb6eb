"""The one place that calls AWS: one request a call, patience for reads, pages, and what stands on the wire."""

from __future__ import annotations

import re
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, NoCredentialsError, ResponseStreamingError

from reconciler.providers.braket import client as module
from reconciler.providers.braket.cloud import BraketCloud
from reconciler.providers.kind import CloudUnavailable, ResultMissing, Search
from tests.providers.bench import HERE, HTML, SV1, Answer, Bench, attempt, error, task_arn

_SCHEMAS = re.compile(r"BraketSchemas/(\d+)\.(\d+)\.\d+")
FAULTS = ["throttle", "error-500", "error-503", "reset", "lost", "timeout", "unreachable"]


def _get(bench: Bench) -> dict[str, Any]:
    return bench.client.read("us-east-1", "get_device", deviceArn=SV1)


def test_the_user_agent_names_schemas_that_know_openqasm(bench: Bench) -> None:
    """GetDevice leaves OpenQASM out for older ones (reference/braket.md 2.1)."""
    _get(bench)
    found = _SCHEMAS.search(bench.wire.sent[0][1].headers["user-agent"])
    assert found is not None
    assert (int(found[1]), int(found[2])) >= (1, 8)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(
    ("method", "parameters"),
    [
        ("cancel_quantum_task", {"quantumTaskArn": task_arn(1), "clientToken": "t"}),
        ("tag_resource", {"resourceArn": task_arn(1), "tags": {"a": "b"}}),
        ("get_device", {"deviceArn": SV1}),
    ],
)
def test_one_call_is_one_request(bench: Bench, fault: str, method: str, parameters: dict[str, Any]) -> None:
    """No retry of the library stands behind our back."""
    bench.world.add_fault({"effect": fault, "always": True})
    with pytest.raises(Exception, match=r"."):
        bench.client.once("us-east-1", method, **parameters)
    assert len(bench.wire.sent) == 1
    assert sum(bench.world.counts().values()) == 1


def test_a_read_is_repeated_with_growing_pauses(bench: Bench) -> None:
    bench.wire.answer(
        "GetDevice",
        error(429, "ThrottlingException"),
        error(500, "InternalServiceException"),
        ConnectionClosedError(endpoint_url="x"),
        Answer(200, HTML[1], {"content-type": HTML[0]}),
    )
    assert _get(bench)["deviceName"] == "SV1"
    assert bench.clock.slept == pytest.approx([0.2, 0.6, 1.8, 5.4])


def test_five_times_are_enough(bench: Bench) -> None:
    bench.wire.answer("GetDevice", *[error(503, "ServiceUnavailableException", "later")] * 6)
    message = r"get_device failed: ServiceUnavailableException \(503\): later"
    with pytest.raises(CloudUnavailable, match=message):
        _get(bench)
    assert bench.wire.count("GetDevice") == 5


@pytest.mark.parametrize(
    "answer", [error(403, "AccessDeniedException"), error(400, "ValidationException"), NoCredentialsError()]
)
def test_what_will_not_get_better_is_not_repeated(bench: Bench, answer: Answer | Exception) -> None:
    bench.wire.answer("GetDevice", answer)
    with pytest.raises(CloudUnavailable):
        _get(bench)
    assert (bench.wire.count("GetDevice"), bench.clock.slept) == (1, [])


def test_an_absence_is_the_callers_to_read(bench: Bench) -> None:
    bench.wire.answer("GetDevice", error(404, "ResourceNotFoundException"))
    with pytest.raises(ClientError):
        _get(bench)


def test_a_gateways_404_is_no_absence(bench: Bench) -> None:
    """A wrong endpoint must not make every run look lost."""
    bench.wire.answer("GetQuantumTask", Answer(404, b"404 page not found", {"content-type": "text/plain"}))
    old = attempt(bench, task_arn(1), age=86_400)
    with pytest.raises(CloudUnavailable):
        list(bench.cloud.observe([("QuantumTask/x", old)]))


@pytest.mark.parametrize("answer", [error(404, "ResourceNotFoundException"), Answer(404, b"not here")])
def test_a_search_has_no_absence(bench: Bench, answer: Answer) -> None:
    bench.wire.answer("SearchQuantumTasks", answer)
    with pytest.raises(CloudUnavailable):
        list(bench.cloud.discover(Search("uid", bench.clock.now(), frozenset(["us-east-1"]))))


def test_an_answer_without_what_it_must_have_is_no_answer(bench: Bench) -> None:
    bench.wire.answer("GetQuantumTask", *[Answer(200, {"status": "QUEUED"})] * 5)
    with pytest.raises(CloudUnavailable, match=r"GetQuantumTask was answered with JSON without .*createdAt"):
        list(bench.cloud.observe([("QuantumTask/x", attempt(bench, task_arn(1)))]))


def test_every_page_is_read(bench: Bench) -> None:
    bench.wire.answer(
        "SearchDevices",
        Answer(200, {"devices": [], "nextToken": "two"}),
        error(429, "ThrottlingException"),
        Answer(200, {"devices": [], "nextToken": "three"}),
        Answer(200, {"devices": []}),
    )
    assert len(list(bench.client.pages("us-east-1", "search_devices", filters=[]))) == 3
    assert [body.get("nextToken") for body in bench.wire.bodies("SearchDevices")] == [None, "two", "two", "three"]


def test_the_account_is_asked_for_once(bench: Bench) -> None:
    assert [bench.cloud.account() for _ in range(3)] == ["123456789012"] * 3
    assert bench.wire.count("GetCallerIdentity") == 1


@pytest.mark.parametrize("answer", [Answer(200, HTML[1], {"content-type": HTML[0]}), Answer(404, b"<html>")])
def test_a_page_in_place_of_the_account(bench: Bench, answer: Answer) -> None:
    bench.wire.answer("GetCallerIdentity", *[answer] * 5)
    with pytest.raises(CloudUnavailable):
        BraketCloud(bench.client, bench.clock).account()


def test_a_body_that_breaks_off_is_read_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bodies: list[Exception | bytes] = [ResponseStreamingError(error="broken"), b"all of it"]

    def read(_: object) -> bytes:
        body = bodies.pop(0)
        if isinstance(body, Exception):
            raise body
        return body

    monkeypatch.setattr(module, "_body", read)
    bench.wire.answer("GetObject", Answer(200, b""), Answer(200, b""))
    assert bench.client.download("us-east-1", "some-bucket", "key") == b"all of it"


@pytest.mark.parametrize("code", ["NoSuchKey", "NoSuchBucket"])
def test_results_that_are_not_there(bench: Bench, code: str) -> None:
    bench.wire.answer("GetObject", Answer(404, f"<Error><Code>{code}</Code></Error>".encode()))
    run = attempt(bench, task_arn(1), HERE, output="s3://some-bucket/folder/id")
    with pytest.raises(ResultMissing, match=rf"^s3://some-bucket/folder/id/results.json is not there \({code}\)$"):
        bench.cloud.results("QuantumTask", run)
