"""Reading tasks back: the cheaper way, what is missing and what is only late, and finding what is ours."""

from __future__ import annotations

from datetime import timedelta
from itertools import count as counting
from typing import Any

import pytest

from reconciler.core.attempt import Attempt
from reconciler.core.mark import RunMark
from reconciler.core.phase import Phase
from reconciler.core.uid import born
from reconciler.providers.kind import Search
from tests.providers.bench import ACCOUNT, HERE, SV1, THERE, Answer, Bench, at, attempt, error, task_arn
from tests.providers.samples import CONTEXT

_NUMBERS = counting()
ACTION = '{"braketSchemaHeader": {"name": "braket.ir.openqasm.program", "version": "1"}, "source": "OPENQASM 3.0;"}'


def _make(bench: Bench, count: int, tags: dict[str, str] | None = None, region: str = "us-east-1") -> list[Attempt]:
    made = []
    for _ in range(count):
        answer = bench.client.once(
            region,
            "create_quantum_task",
            clientToken=f"token {next(_NUMBERS)}",
            deviceArn=SV1,
            shots=10,
            action=ACTION,
            outputS3Bucket="results",
            outputS3KeyPrefix="here",
            tags=tags or {},
        )
        made.append(attempt(bench, answer["quantumTaskArn"]))
    bench.wire.sent.clear()
    return made


def _observe(bench: Bench, attempts: list[Attempt]) -> list[Any]:
    return list(bench.cloud.observe([(f"QuantumTask/t{n}", a) for n, a in enumerate(attempts)]))


@pytest.mark.parametrize(("count", "gets", "pages"), [(1, 1, 0), (20, 20, 0), (21, 0, 1), (100, 0, 1), (150, 0, 2)])
def test_few_are_read_one_by_one_and_many_by_pages(bench: Bench, count: int, gets: int, pages: int) -> None:
    attempts = _make(bench, count)
    events = _observe(bench, attempts)
    assert {e.token: e.status for e in events} == {a.token: "QUEUED" for a in attempts}
    assert (bench.wire.count("GetQuantumTask"), bench.wire.count("SearchQuantumTasks")) == (gets, pages)


def test_pages_are_given_up_when_gets_are_cheaper(bench: Bench) -> None:
    """500 tasks of others lie over ours; two pages cost more than the Gets."""
    attempts = _make(bench, 30)
    _make(bench, 500)
    assert len(_observe(bench, attempts)) == 30
    assert (bench.wire.count("SearchQuantumTasks"), bench.wire.count("GetQuantumTask")) == (2, 30)


def test_pages_lie_around_the_times_of_submission(bench: Bench) -> None:
    early = _make(bench, 11)
    bench.world.advance(3600)
    late = _make(bench, 11)
    _observe(bench, early + late)
    (body,) = bench.wire.bodies("SearchQuantumTasks")
    values = ["2026-01-15T11:55:00.000Z", "2026-01-15T13:05:00.000Z"]
    assert body["filters"] == [{"name": "createdAt", "operator": "BETWEEN", "values": values}]


def test_a_failure_seen_on_a_page_is_read_for_its_reason(bench: Bench) -> None:
    attempts = _make(bench, 29)
    bench.world.set_switch("fail.reason", "the laser was off")
    attempts += _make(bench, 1)
    bench.world.advance(60)
    events = _observe(bench, attempts)
    assert sorted((e.phase, e.failure) for e in events)[-1] == (Phase.FAILED, "the laser was off")
    assert sum(e.phase is Phase.DONE for e in events) == 29
    assert bench.wire.count("GetQuantumTask") == 1


@pytest.mark.parametrize(("age", "missing"), [(0, []), (299, []), (300, [True]), (86_400, [True])])
def test_what_is_young_is_late_and_not_missing(bench: Bench, age: float, missing: list[bool]) -> None:
    events = _observe(bench, [attempt(bench, task_arn(1), age=age)])
    assert [e.missing for e in events] == missing


def test_late_visibility_is_no_loss(bench: Bench) -> None:
    (made,) = _make(bench, 1)
    bench.world.set_switch("visibility.get", "240")
    assert _observe(bench, [made]) == []
    bench.world.advance(240)
    assert [e.missing for e in _observe(bench, [made])] == [False]


def test_what_pages_do_not_show_yet_is_asked_for_by_name(bench: Bench) -> None:
    bench.world.set_switch("visibility.search", "240")
    attempts = _make(bench, 25)
    assert [e.missing for e in _observe(bench, attempts)] == [False] * 25


def test_each_region_is_asked_for_its_own(bench: Bench) -> None:
    here, there = attempt(bench, task_arn(1), HERE), attempt(bench, task_arn(2, THERE), THERE)
    _observe(bench, [here, there])
    assert [request.scope.region for _, request in bench.wire.sent] == ["eu-north-1", "us-east-1"]


STATUSES = [
    ("CREATED", Phase.OPEN),
    ("QUEUED", Phase.OPEN),
    ("RUNNING", Phase.OPEN),
    ("CANCELLING", Phase.CLOSING),
    ("CANCELLED", Phase.CANCELLED),
    ("COMPLETED", Phase.DONE),
    ("FAILED", Phase.FAILED),
    ("DREAMING", Phase.OPEN),  # a word of tomorrow is not finished
]


@pytest.mark.parametrize(("status", "phase"), STATUSES)
def test_what_each_status_means(bench: Bench, status: str, phase: Phase) -> None:
    (made,) = _make(bench, 1)
    task = bench.get(made.id) | {"status": status}
    task.pop("ResponseMetadata")
    bench.wire.answer("GetQuantumTask", Answer(200, task))
    (event,) = _observe(bench, [made])
    assert (event.status, event.phase) == (status, phase)


@pytest.mark.parametrize(("position", "shown"), [("7", "7"), (">2000", ">2000"), ("None", ""), (None, "")])
def test_the_place_in_the_queue(bench: Bench, position: str | None, shown: str) -> None:
    (made,) = _make(bench, 1)
    task = bench.get(made.id) | {"status": "QUEUED", "queueInfo": {"queue": "QUANTUM_TASKS_QUEUE"}}
    task.pop("ResponseMetadata")
    if position is not None:
        task["queueInfo"]["position"] = position
    bench.wire.answer("GetQuantumTask", Answer(200, task))
    (event,) = _observe(bench, [made])
    assert event.queue == shown


def _marks(number: int = 1) -> dict[str, str]:
    mark = RunMark("default", 1, number, "a" * 64)
    return {
        "qctl:project": CONTEXT.uid,
        "qctl:address": "QuantumTask/a",
        "qctl:digest": "q1-d",
        "qctl:run": str(mark),
    }


@pytest.mark.parametrize("key", sorted(_marks()))
def test_a_run_without_one_of_our_marks_is_not_ours(bench: Bench, key: str) -> None:
    marks = _marks()
    _make(bench, 1, marks)
    marks.pop(key)
    _make(bench, 1, marks)
    assert len(list(bench.cloud.discover(Search(CONTEXT.uid, born(CONTEXT.uid), frozenset(["us-east-1"]))))) == 1


def test_a_mark_that_somebody_wrote_by_hand_is_none(bench: Bench) -> None:
    _make(bench, 1, _marks() | {"qctl:run": "default/1/one/" + "a" * 64})
    assert list(bench.cloud.discover(Search(CONTEXT.uid, born(CONTEXT.uid), frozenset(["us-east-1"])))) == []


def test_nothing_older_than_asked_is_searched(bench: Bench) -> None:
    """The project's uid tells when it was born; what is older can't be its."""
    _make(bench, 1, _marks())
    since = bench.clock.now()
    assert len(list(bench.cloud.discover(Search(CONTEXT.uid, since, frozenset(["us-east-1"]))))) == 1
    assert list(bench.cloud.discover(Search(CONTEXT.uid, since + timedelta(seconds=1), frozenset(["us-east-1"])))) == []
    (body, _) = bench.wire.bodies("SearchQuantumTasks")
    assert body["filters"] == [{"name": "createdAt", "operator": "GTE", "values": [at(since)]}]


def test_every_page_and_every_region_is_searched_once(bench: Bench) -> None:
    bench.world.set_switch("search.page", "2")
    _make(bench, 5, _marks())
    _make(bench, 1, _marks(), region="us-west-2")
    found = list(
        bench.cloud.discover(Search(CONTEXT.uid, born(CONTEXT.uid), frozenset(["us-west-2", "us-east-1", "us-east-1"])))
    )
    assert [f.attempt.place.region for f in found] == ["us-east-1"] * 5 + ["us-west-2"]
    assert {f.attempt.place.account for f in found} == {ACCOUNT}
    assert bench.wire.count("SearchQuantumTasks") == 4


def test_long_lists_of_tags_go_in_portions(bench: Bench) -> None:
    """Keys travel in the query string, and URLs have an end."""
    keys = [f"key-{n:02}" for n in range(45)]
    (made,) = _make(bench, 1, dict.fromkeys(keys, "x"))
    bench.cloud.tag(made, {"new": "1"}, keys)
    asked = [request.query.count("tagKeys=") for name, request in bench.wire.sent if name == "UntagResource"]
    assert asked == [20, 20, 5]
    assert bench.get(made.id)["tags"] == {"new": "1"}


def test_nothing_to_put_is_no_call(bench: Bench) -> None:
    (made,) = _make(bench, 1, {"a": "b"})
    bench.cloud.tag(made, {}, ["a"])
    assert [name for name, _ in bench.wire.sent] == ["UntagResource"]


def test_a_half_done_change_of_tags_is_no_success(bench: Bench) -> None:
    (made,) = _make(bench, 1, {"a": "b"})
    bench.wire.answer("UntagResource", error(403, "AccessDeniedException"))
    assert bench.cloud.tag(made, {"c": "d"}, ["a"]).outcome == "refused"
