from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, EndpointConnectionError, ReadTimeoutError

from reconciler.emulator.world import World
from tests.emulator.local import Local, refused


def fault(local: Local, effect: str, **rest: Any) -> None:
    local.world.add_fault({"operation": "CreateQuantumTask", "effect": effect} | rest)


def tasks(local: Local) -> int:
    return int(local.world.status()["tasks"])


@pytest.mark.parametrize(
    ("effect", "error", "made"),
    [
        ("throttle", (429, "ThrottlingException"), 0),
        ("error-500", (500, "InternalServiceException"), 0),
        ("error-500-after", (500, "InternalServiceException"), 1),
        ("error-503", (503, "ServiceUnavailableException"), 0),
    ],
)
def test_an_error_comes_before_or_after_acting(local: Local, effect: str, error: tuple[int, str], made: int) -> None:
    fault(local, effect)
    assert refused(local.create)[:2] == error
    assert tasks(local) == made
    assert local.create()
    assert tasks(local) == 1, "the fault is used up, and the token still stands for the same task"


@pytest.mark.parametrize(
    ("effect", "error", "made"),
    [
        ("unreachable", EndpointConnectionError, 0),
        ("reset", ConnectionClosedError, 0),
        ("lost", ConnectionClosedError, 1),
        ("timeout", ReadTimeoutError, 1),
    ],
)
def test_a_broken_connection_tells_nothing(local: Local, effect: str, error: type[Exception], made: int) -> None:
    fault(local, effect)
    with pytest.raises(error):
        local.create()
    assert tasks(local) == made
    assert local.world.calls()[-1][3:] == ("CreateQuantumTask", 0, effect)


@pytest.mark.parametrize(("effect", "made"), [("garbage", 0), ("garbage-after", 1)])
def test_garbage_is_taken_for_an_answer(local: Local, effect: str, made: int) -> None:
    fault(local, effect)
    # botocore finds no member it knows in the page and says nothing.
    with pytest.raises(KeyError, match="quantumTaskArn"):
        local.create()
    assert tasks(local) == made


@pytest.mark.parametrize(
    ("rule", "error", "made"),
    [
        ({"effect": "status", "status": 502, "html": True}, 502, 0),
        ({"effect": "status-after", "status": 504}, 504, 1),
        ({"effect": "status-after", "status": 429, "retry_after": 7}, 429, 1),
    ],
)
def test_a_status_comes_before_or_after_acting(local: Local, rule: dict[str, Any], error: int, made: int) -> None:
    fault(local, **rule)
    with pytest.raises(ClientError) as caught:
        local.create()
    answer = caught.value.response["ResponseMetadata"]
    assert (answer["HTTPStatusCode"], tasks(local)) == (error, made)
    assert answer["HTTPHeaders"].get("retry-after") == ("7" if "retry_after" in rule else None)


@pytest.mark.parametrize(("status", "error"), [(0, ConnectionClosedError), (503, ClientError)])
def test_a_late_request_acts_once_when_its_time_has_come(local: Local, status: int, error: type[Exception]) -> None:
    fault(local, "late", seconds=60, status=status)
    with pytest.raises(error):
        local.create()
    local.world.advance(59.999)
    assert tasks(local) == 0
    local.world.advance(0.001)
    assert [tasks(local) for _ in range(2)] == [1, 1]
    assert local.create()
    assert tasks(local) == 1, "the token still stands for the same task"


def test_a_late_request_acts_at_the_time_it_was_due(local: Local) -> None:
    fault(local, "late", seconds=60)
    with pytest.raises(ConnectionClosedError):
        local.create()
    due = local.world.now() + timedelta(seconds=60)
    local.world.advance(3600)
    found = local.client().search_quantum_tasks(filters=[])["quantumTasks"]
    assert [(task["createdAt"], task["status"]) for task in found] == [(due, "COMPLETED")]


def test_late_requests_come_in_the_order_they_are_due_and_may_be_refused(local: Local) -> None:
    arn = local.create()
    for number, seconds in enumerate((30, 20, 10)):
        local.world.add_fault({"operation": "TagResource", "effect": "late", "seconds": seconds})
        with pytest.raises(ConnectionClosedError):
            local.client().tag_resource(resourceArn=arn, tags={"turn": str(number)})
    local.world.add_fault({"operation": "TagResource", "effect": "late", "seconds": 15})
    with pytest.raises(ConnectionClosedError):
        local.client().tag_resource(resourceArn=arn[:-1] + "x", tags={"turn": "nobody"})
    seen = []
    for _ in range(3):
        local.world.advance(10)
        seen.append(local.get(arn)["tags"]["turn"])
    assert seen == ["2", "1", "0"]


def test_a_late_request_waits_for_a_run_that_must_be_known(local: Local) -> None:
    arn = local.create()
    local.world.add_fault({"operation": "CancelQuantumTask", "effect": "late", "seconds": 60})
    with pytest.raises(ConnectionClosedError):
        local.client().cancel_quantum_task(quantumTaskArn=arn, clientToken="c")
    local.world.advance(60)
    assert local.status(arn) == "COMPLETED", "it had long been over, and was settled before it was cancelled in vain"


def test_a_reset_forgets_what_was_put_off(local: Local) -> None:
    fault(local, "late", seconds=60)
    with pytest.raises(ConnectionClosedError):
        local.create()
    local.world.advance(60)
    local.world.reset()
    local.world.advance(60)
    assert tasks(local) == 0


def test_an_answer_is_cut(local: Local) -> None:
    fault(local, "cut")
    # botocore takes half a JSON object for none.
    with pytest.raises(KeyError, match="quantumTaskArn"):
        local.create()
    assert tasks(local) == 1


def test_a_hidden_task_is_there_for_its_token_only(local: Local) -> None:
    fault(local, "hide", seconds=5)
    arn = local.create()
    assert refused(local.get, arn=arn)[1] == "ResourceNotFoundException"
    assert local.client().search_quantum_tasks(filters=[])["quantumTasks"] == []
    assert local.create() == arn
    local.world.advance(5)
    assert local.status(arn) == "COMPLETED"
    assert len(local.client().search_quantum_tasks(filters=[])["quantumTasks"]) == 1


def test_a_third_party_edits_tags(local: Local) -> None:
    fault(local, "tags", remove=["a"], set={"b": "theirs", "c": "new"})
    arn = local.create(tags={"a": "1", "b": "ours", "d": "kept"})
    assert local.get(arn)["tags"] == {"b": "theirs", "c": "new", "d": "kept"}


def test_tags_change_under_a_reader_too(local: Local) -> None:
    arn = local.create(tags={"a": "1"})
    local.world.add_fault({"operation": "GetQuantumTask", "effect": "tags", "remove": ["a"]})
    assert local.get(arn)["tags"] == {"a": "1"}
    assert local.get(arn)["tags"] == {}


def test_a_slow_answer_acts_first(local: Local) -> None:
    waited: list[float] = []
    local.world.sleep = waited.append
    fault(local, "slow", seconds=2.5)
    assert local.create()
    assert waited == [2.5]


@pytest.mark.parametrize(
    ("which", "hit"),
    [
        ({}, [0]),
        ({"count": 2}, [0, 1]),
        ({"nth": 3}, [2]),
        ({"skip": 1, "count": 2}, [1, 2]),
        ({"always": True}, [0, 1, 2, 3]),
        ({"body": '"shots": ?3'}, [2]),
        ({"path": "^/quantum-task$", "nth": 2}, [1]),
        ({"path": "^/device"}, []),
        ({"operation": "*", "nth": 4}, [3]),
        ({"service": "s3"}, []),
        ({"service": "*", "operation": "GetDevice"}, []),
    ],
)
def test_a_rule_chooses_its_requests(local: Local, which: dict[str, Any], hit: list[int]) -> None:
    fault(local, "throttle", **which)
    failed = []
    for number in range(4):
        try:
            local.create(str(number), shots=number + 1)
        except ClientError:
            failed.append(number)
    assert failed == hit
    assert [(line.fired) for line in local.world.faults()] == [len(hit)]


def test_rules_work_one_after_another(local: Local) -> None:
    fault(local, "lost")
    fault(local, "throttle", nth=2)
    with pytest.raises(ConnectionClosedError):
        local.create()
    assert refused(local.create)[1] == "ThrottlingException"
    assert local.create()
    local.world.clear_faults()
    assert local.world.faults() == ()


def test_s3_has_its_own_errors(local: Local) -> None:
    s3 = local.client("s3")
    s3.create_bucket(Bucket="results")
    local.world.add_fault({"service": "s3", "operation": "PUT", "effect": "throttle"})
    assert refused(s3.put_object, Bucket="results", Key="k", Body=b"")[:2] == (503, "SlowDown")
    local.world.add_fault({"service": "s3", "operation": "PUT", "effect": "lost"})
    with pytest.raises(ConnectionClosedError):
        s3.put_object(Bucket="results", Key="k", Body=b"x")
    assert s3.get_object(Bucket="results", Key="k")["Body"].read() == b"x"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"effect": "explode"}, "effect is one of"),
        ({}, "effect is one of"),
        ({"effect": "lost", "when": 1}, "has no when"),
        ({"effect": "lost", "path": "("}, "is not a regular expression"),
        ({"effect": "lost", "nth": 0}, "starts at 1"),
        ({"effect": "lost", "count": "2"}, "count is a whole number"),
        ({"effect": "slow", "seconds": "x"}, "seconds is a number from 0 up"),
        ({"effect": "hide", "seconds": float("nan")}, "seconds is a number from 0 up"),
        ({"effect": "slow", "seconds": -1}, "seconds is a number from 0 up"),
        ({"effect": "lost", "service": "pasqual"}, "service is one of braket, iam, logs, pasqal"),
        ({"effect": "lost", "operation": 1}, "operation is text"),
        ({"effect": "tags", "remove": "qctl"}, "remove is a list of texts"),
        ({"effect": "tags", "set": ["a"]}, "set is a mapping of texts"),
        ({"effect": "status"}, "effect status needs a status"),
        ({"effect": "status", "status": 200}, "status is an HTTP status from 400 up"),
        ({"effect": "status", "status": 599}, "status is an HTTP status from 400 up"),
        ({"effect": "lost", "status": 503}, "status is for late, status, status-after, not for lost"),
        ({"effect": "status", "status": 502, "html": 1}, "html is true or false"),
        ({"effect": "status", "status": 429, "retry_after": "soon"}, "retry_after is a whole number"),
        ({"effect": "duplicate"}, "duplicate is for the service pasqal alone"),
    ],
)
def test_a_rule_that_means_nothing_is_refused(world: World, wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        world.add_fault(wrong)
