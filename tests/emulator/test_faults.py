from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, EndpointConnectionError, ReadTimeoutError

from reconciler.emulator.faults import EFFECTS
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
        ({"body": '"shots": ?2'}, [2]),
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
            local.create(str(number), shots=number)
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
        ({"effect": "slow", "seconds": "x"}, "seconds is a number"),
    ],
)
def test_a_rule_that_means_nothing_is_refused(world: World, wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        world.add_fault(wrong)


def test_every_effect_is_tested() -> None:
    # A new effect belongs into the tables above.
    assert set(EFFECTS) == {
        "throttle", "error-500", "error-500-after", "error-503", "unreachable", "reset", "lost", "timeout",
        "garbage", "garbage-after", "hide", "tags", "slow",
    }  # fmt: skip
