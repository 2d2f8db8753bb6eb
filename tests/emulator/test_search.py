from typing import Any

import pytest

from tests.emulator.local import DM1, SV1, Local, refused


@pytest.fixture(autouse=True)
def _unsimulated(local: Local) -> None:
    local.world.set_switch("simulation", "skip")


def rule(name: str, operator: str, *values: str) -> dict[str, Any]:
    return {"name": name, "operator": operator, "values": list(values)}


def search(local: Local, *filters: dict[str, Any], **rest: Any) -> list[str]:
    found = local.client().search_quantum_tasks(filters=list(filters), **rest)
    return [str(task["quantumTaskArn"]) for task in found["quantumTasks"]]


def series(local: Local, count: int) -> list[str]:
    """Tasks a second apart, newest first; the first is created at 08:00:00, the time every test starts at."""
    made = []
    for number in range(count):
        made.append(local.create(f"series {number}"))
        local.world.advance(1)
    return made[::-1]


def test_a_summary_tells_what_the_model_lists(local: Local) -> None:
    arn = local.create(tags={"a": "b"})
    local.world.advance(1)
    found = local.client().search_quantum_tasks(filters=[])["quantumTasks"]
    assert [set(task) for task in found] == [
        {
            "quantumTaskArn",
            "status",
            "deviceArn",
            "shots",
            "outputS3Bucket",
            "outputS3Directory",
            "createdAt",
            "endedAt",
            "tags",
        }
    ]
    assert (found[0]["quantumTaskArn"], found[0]["status"], found[0]["tags"]) == (arn, "COMPLETED", {"a": "b"})


def test_pages_are_newest_first_and_complete(local: Local) -> None:
    made = series(local, 7)
    pages = local.client().get_paginator("search_quantum_tasks").paginate(filters=[], PaginationConfig={"PageSize": 3})
    found = [[task["quantumTaskArn"] for task in page["quantumTasks"]] for page in pages]
    assert found == [made[:3], made[3:6], made[6:]]


def test_a_task_created_between_two_pages_moves_nothing(local: Local) -> None:
    made = series(local, 4)
    first = local.client().search_quantum_tasks(filters=[], maxResults=2)
    local.create("late")
    assert search(local, nextToken=first["nextToken"]) == made[2:]


def test_a_full_last_page_has_no_next(local: Local) -> None:
    series(local, 2)
    assert "nextToken" not in local.client().search_quantum_tasks(filters=[], maxResults=2)


def test_the_service_may_make_pages_smaller(local: Local) -> None:
    made = series(local, 3)
    local.world.set_switch("search.page", "2")
    assert search(local, maxResults=100) == made[:2]


@pytest.mark.parametrize("token", ["x", "é", "bnVsbA==", "WzEsICJ4Il0="])
def test_a_token_that_is_not_ours_is_refused(local: Local, token: str) -> None:
    found = refused(local.client().search_quantum_tasks, filters=[], nextToken=token)
    assert found == (400, "ValidationException", "The nextToken is not valid for this request")


def test_a_token_belongs_to_its_filters(local: Local) -> None:
    series(local, 2)
    token = local.client().search_quantum_tasks(filters=[], maxResults=1)["nextToken"]
    found = refused(local.client().search_quantum_tasks, filters=[rule("deviceArn", "EQUAL", SV1)], nextToken=token)
    assert found == (400, "ValidationException", "The nextToken is not valid for this request")


@pytest.mark.parametrize(
    ("operator", "values", "expected"),
    [
        ("LT", ["2027-01-15T08:00:02Z"], [3, 4]),
        ("LTE", ["2027-01-15T08:00:02Z"], [2, 3, 4]),
        ("EQUAL", ["2027-01-15T08:00:02.000Z"], [2]),
        ("GT", ["2027-01-15T09:00:02+01:00"], [0, 1]),
        ("GTE", ["2027-01-15T08:00:02"], [0, 1, 2]),
        ("BETWEEN", ["2027-01-15T08:00:01Z", "2027-01-15T08:00:03Z"], [1, 2, 3]),
    ],
)
def test_the_time_of_creation_is_compared(local: Local, operator: str, values: list[str], expected: list[int]) -> None:
    made = series(local, 5)
    assert search(local, rule("createdAt", operator, *values)) == [made[index] for index in expected]


def test_status_is_the_one_of_now(local: Local) -> None:
    done, running = series(local, 1)[0], local.create("b", deviceArn=DM1)
    local.world.advance(0.4)
    assert search(local, rule("status", "EQUAL", "COMPLETED")) == [done]
    assert search(local, rule("status", "EQUAL", "RUNNING", "FAILED")) == [running]
    local.world.advance(1)
    assert search(local, rule("status", "EQUAL", "COMPLETED")) == [running, done]


def test_filters_hold_together_and_values_are_alternatives(local: Local) -> None:
    one, two, three = local.create("a"), local.create("b", deviceArn=DM1), local.create("c")
    assert search(local, rule("deviceArn", "EQUAL", SV1)) == [three, one]
    assert search(local, rule("deviceArn", "EQUAL", SV1), rule("quantumTaskArn", "EQUAL", one, two)) == [one]
    assert search(local, rule("jobArn", "EQUAL", "arn:aws:braket:us-east-1:123456789012:job/x")) == []


def test_a_search_sees_its_own_region_only(local: Local) -> None:
    local.create(region="us-west-2")
    assert search(local) == []


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (
            rule("tags", "EQUAL", "x"),
            "Filter name tags is not supported. Supported: quantumTaskArn, deviceArn, jobArn, ",
        ),
        (rule("status", "LT", "x"), "Operator LT is not supported for filter status. Supported: EQUAL"),
        (rule("createdAt", "GT", "soon"), "'soon' is not an ISO 8601 time"),
        (rule("createdAt", "BETWEEN", "2027-01-15"), "Operator BETWEEN takes 2 values, but found 1"),
        (rule("createdAt", "LT", "2027-01-15", "2027-01-16"), "Operator LT takes 1 value, but found 2"),
        (rule("status", "CONTAINS", "x"), "1 validation error detected: Value at 'filters.1.member.operator' failed"),
    ],
)
def test_a_filter_that_means_nothing_is_refused(local: Local, wrong: dict[str, Any], message: str) -> None:
    status, code, text = refused(local.client().search_quantum_tasks, filters=[wrong])
    assert (status, code) == (400, "ValidationException")
    assert text.startswith(message)


def test_more_than_100_are_never_asked_for(local: Local) -> None:
    found = refused(local.client().search_quantum_tasks, filters=[], maxResults=101)
    assert found[2].endswith(
        "'maxResults' failed to satisfy constraint: Member must have value less than or equal to 100"
    )
