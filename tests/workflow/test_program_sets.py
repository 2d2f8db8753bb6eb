"""Sweeps sent as program sets: who shares a task, and what is done to those who do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from reconciler.core.address import Address
from reconciler.core.attempt import Outcome
from reconciler.core.change import Action
from reconciler.core.declared import Declared
from reconciler.core.event import Observed
from reconciler.workflow.observe import Refresh
from reconciler.workflow.results import fetch
from reconciler.workflow.selection import Selection
from tests.providers.bench import GARNET, SV1, error
from tests.providers.samples import declare
from tests.workflow.bench import Project

RX = "OPENQASM 3.0; input float theta; qubit[1] q; bit[1] c; rx(theta) q[0]; c = measure q;"


def point(number: int, submit: str = "programSet", **changes: Any) -> Declared:
    """A point of the sweep: the qubit turned by so many tenths."""
    program = {"openqasm": RX, "inputs": {"theta": number / 10}}
    spec = {"device": GARNET, "shots": 100, "program": program, "submit": submit} | changes
    return declare(f"QuantumTask/sweep[theta={number / 10!r}]", spec)


def sweep(count: int, submit: str = "programSet", **changes: Any) -> list[Declared]:
    """Its first points."""
    return [point(number, submit, **changes) for number in range(10, 10 + count)]


def _chosen(*points: Declared, forced: bool = False) -> Selection:
    addresses = frozenset(p.address for p in points)
    return Selection(forced=addresses) if forced else Selection(targets=addresses)


def _actions(project: Project, *points: Declared, **how: Any) -> dict[Address, Action]:
    return {c.address: c.action for c in project.plan(*points, **how).plan.changes}


def _reasons(project: Project, *points: Declared, **how: Any) -> set[str]:
    return {c.reason for c in project.plan(*points, **how).plan.changes}


def _sent(project: Project) -> list[int]:
    """The shots of each task that was created."""
    return [body["shots"] for body in project.bench.wire.bodies("CreateQuantumTask")]


def _settle(project: Project, points: Sequence[Declared]) -> None:
    project.bench.world.advance(60)
    project.apply(*points)
    assert project.plan(*points).plan.empty


def test_fifty_points_are_one_task_with_fifty_results(project: Project) -> None:
    project.bench.world.set_switch("simulation", "real")
    points = sweep(50)
    planned = project.plan(*points)
    price = planned.plan.cost
    assert str(price) == "Cost: 7.55 USD now, at most 7.55 USD."  # 0.30 once, and 5,000 shots at 0.00145
    applied = project.apply(*points)
    assert (len(applied.submitted), _sent(project)) == (50, [5000])
    _settle(project, points)

    found = list(fetch(project.session, points))
    assert [f.address for f in found] == [p.address for p in points]
    assert {f.problem for f in found} == {""}
    ones = [(f.result.counts or {}).get("1", 0) for f in found if f.result and f.result.shots == 100]
    assert len(ones) == 50
    assert ones[0] < 50 < ones[21] > 50 > ones[-1], "points are not in their places"  # nearest to pi is 3.1


def test_results_of_a_set_of_which_some_failed(project: Project) -> None:
    project.bench.world.set_switch("simulation", "real")
    broken = "OPENQASM 3.0; input float theta; qubit[1] q; bit[1] c; rx(1 / (theta - 1.1)) q[0]; c = measure q;"
    points = [point(n, program={"openqasm": broken, "inputs": {"theta": n / 10}}) for n in (10, 11, 12)]
    project.apply(*points)
    _settle(project, points)
    found = list(fetch(project.session, points))
    assert [f.result is not None for f in found] == [True, False, True]
    assert [bool(f.problem) for f in found] == [False, True, False]
    assert {f.attempt.status for f in found if f.attempt} == {"COMPLETED"}
    project.apply(*points, selection=_chosen(points[1], forced=True))
    assert _sent(project) == [300, 100]


def test_the_shots_of_one_run_are_in_the_range_of_the_device(project: Project) -> None:
    planned = project.plan(*sweep(2, shots=30_000)).plan
    assert {d.code for d in planned.diagnostics} == {"device/shots"}
    assert not planned.applicable


def test_what_it_saves(project: Project) -> None:
    (made,) = [op.submits for c in project.plan(*sweep(50)).plan.changes for op in c.operations if op.submits]
    assert str(made.saved) == "14.70"


def test_no_more_in_one_task_than_the_device_takes(project: Project) -> None:
    assert len(project.apply(*sweep(230)).submitted) == 230
    assert _sent(project) == [10_000, 10_000, 3000]  # a hundred executables each
    assert len(project.apply(*sweep(21, shots=20_000)).submitted) == 21
    assert _sent(project)[3:] == [200_000, 200_000, 20_000]  # the last one is alone, and a plain task


def test_a_point_more_is_a_task_of_its_own(project: Project) -> None:
    project.apply(*sweep(3))
    assert [str(a) for a in project.apply(*sweep(4)).submitted] == ["QuantumTask/sweep[theta=1.3]"]
    assert _sent(project) == [300, 100]
    _settle(project, sweep(4))


def test_sent_together_from_now_on_only_what_is_not_paid(project: Project) -> None:
    project.apply(*sweep(2, "task"))
    assert len(project.apply(*sweep(5)).submitted) == 3
    assert _sent(project) == [100, 100, 300]
    _settle(project, sweep(5))
    assert project.plan(*sweep(5, "task")).plan.empty


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"device": SV1}, "SV1 takes no program sets"),
        ({"shots": 150_000}, "Garnet takes no two runs of 150,000 shots in one program set"),
    ],
)
def test_a_device_that_cannot(project: Project, changes: Any, why: str) -> None:
    planned = project.plan(*sweep(3, **changes))
    (found,) = [d for d in planned.plan.diagnostics if d.code == "program-set/refused"]
    assert (found.detail, found.address, planned.plan.applicable) == (f"{why}.", "QuantumTask/sweep", False)
    assert {c.reason for c in project.plan(*sweep(3, "auto", **changes)).plan.changes} == {
        f"declared, and nothing was ever accepted for it; in a task of its own, for {why}"
    }


def test_auto_falls_back_to_a_task_for_each(project: Project) -> None:
    assert len(project.apply(*sweep(3, "auto", device=SV1)).submitted) == 3
    assert _sent(project) == [100, 100, 100]


def test_points_that_differ_in_more_than_their_inputs(project: Project) -> None:
    points = [point(n, tags={"number": str(n)}) for n in (1, 2)]
    (found,) = project.plan(*points).plan.diagnostics
    assert found.detail == "the points of this sweep differ in tags."
    points = [point(n, shots=100 + n % 2) for n in range(1, 5)]
    assert len(project.apply(*points).submitted) == 4
    assert sorted(_sent(project)) == [200, 202]


def test_one_point_removed_leaves_the_others_running(project: Project) -> None:
    project.apply(*sweep(3))
    left = sweep(3)[1:]
    planned = project.plan(*left).plan
    assert [(c.action, c.reason) for c in planned.changes if c.changes_anything] == [
        (
            Action.FORGET,
            "no longer declared; the task runs on, for it holds runs that are still wanted",
        )
    ]
    assert project.apply(*left).cancelled == []
    assert project.plan(*left).plan.empty
    assert project.bench.wire.count("CancelQuantumTask") == 0
    assert _actions(project, *sweep(3))[sweep(1)[0].address] is Action.REUSE


def test_all_points_removed_end_with_one_call(project: Project) -> None:
    project.apply(*sweep(3))
    project.apply(*sweep(3)[1:])
    assert project.plan().plan.destroyed == 1
    project.apply()
    assert project.bench.wire.count("CancelQuantumTask") == 1
    assert project.plan().plan.empty
    assert {a.status for r in project.state.records.values() for a in r.attempts} == {"CANCELLING"}


def test_a_destroy_of_one_point_ends_nothing(project: Project) -> None:
    points = sweep(3)
    project.apply(*points)
    assert project.plan(selection=_chosen(points[0])).plan.destroyed == 0


def test_another_shape_of_the_whole_sweep(project: Project) -> None:
    project.apply(*sweep(3))
    applied = project.apply(*sweep(3, shots=200))
    assert (len(applied.submitted), len(applied.cancelled), _sent(project)) == (3, 1, [300, 600])
    _settle(project, sweep(3, shots=200))


def test_another_shape_of_one_point(project: Project) -> None:
    project.apply(*sweep(3))
    points = [point(10, shots=200), *sweep(3)[1:]]
    planned = project.plan(*points).plan
    assert [(c.action, c.reason) for c in planned.changes if c.changes_anything] == [
        (
            Action.CREATE,
            "a new paid run, because shots changed; the task runs on, for it holds runs that are still wanted",
        )
    ]
    project.apply(*points)
    assert _sent(project) == [300, 200]
    assert project.plan(*points).plan.empty


def test_one_point_chosen_is_a_plain_task(project: Project) -> None:
    points = sweep(3)
    project.apply(*points, selection=_chosen(points[0]))
    assert _sent(project) == [100]
    assert "programs" not in project.bench.wire.bodies("CreateQuantumTask")[0]["action"]
    project.apply(*points)
    assert _sent(project) == [100, 200]
    _settle(project, points)


def test_one_point_again(project: Project) -> None:
    points = sweep(3)
    project.apply(*points)
    applied = project.apply(*points, selection=_chosen(points[1], forced=True))
    assert (len(applied.submitted), applied.cancelled, _sent(project)) == (1, [], [300, 100])
    _settle(project, points)


def test_all_points_again(project: Project) -> None:
    project.apply(*sweep(3))
    again = sweep(3, run={"generation": 2})
    applied = project.apply(*again)
    assert (len(applied.submitted), len(applied.cancelled), _sent(project)) == (3, 1, [300, 300])
    _settle(project, again)


def test_a_failed_set_is_retried_as_one(project: Project) -> None:
    points = sweep(3, run={"retry": {"maxAttempts": 2}})
    project.bench.world.set_switch("fail.reason", "the laser was off")
    project.apply(*points)
    project.bench.world.advance(60)
    project.bench.world.set_switch("fail.reason", "")
    assert len(project.apply(*points).submitted) == 3
    assert _sent(project) == [300, 300]
    _settle(project, points)


def test_one_call_tags_all_of_them(project: Project) -> None:
    project.apply(*sweep(3, tags={"owner": "lab-1"}))
    project.bench.world.advance(60)
    project.apply(*sweep(3, tags={"owner": "lab-1"}))  # finished: never read again
    tagged = sweep(3, tags={"owner": "lab-2"})
    planned = project.plan(*tagged).plan
    assert (planned.changed, sum(len(c.operations) for c in planned.changes)) == (3, 1)
    project.apply(*tagged)
    assert project.bench.wire.count("TagResource") == 1
    planned = project.plan(*tagged).plan
    assert (planned.empty, {c.warning for c in planned.changes}) == (True, {""})
    assert project.plan(*tagged, how=Refresh.ALL).plan.empty


def test_tags_of_which_only_one_run_knows(project: Project) -> None:
    """A death between the call and what the others were to be told of it."""
    project.apply(*sweep(3))
    project.bench.world.advance(60)
    project.apply(*sweep(3))
    before = project.attempts("sweep[theta=1.1]")[0]
    tagged = sweep(3, tags={"owner": "lab-2"})
    project.apply(*tagged, selection=_chosen(tagged[0]))
    second = str(tagged[1].address)
    project.remember(Observed("", second, before.token, before.status, before.phase, tags=before.tags))
    planned = project.plan(*tagged).plan
    assert {c.warning for c in planned.changes} == {""}
    project.apply(*tagged)
    assert project.plan(*tagged).plan.empty


def test_one_task_has_one_set_of_tags(project: Project) -> None:
    project.apply(*sweep(2))
    planned = project.plan(*[point(n, tags={"number": str(n)}) for n in (10, 11)]).plan
    assert planned.empty
    assert {c.warning for c in planned.changes} == {
        "Its tags stay as they are: the runs of its program set are declared with different ones, and are one task."
    }


def test_what_became_of_the_call_became_of_all(project: Project) -> None:
    project.bench.wire.answer("CreateQuantumTask", error(400, "ValidationException", "no such gate"))
    applied = project.apply(*sweep(3))
    assert set(applied.refused.values()) == {"ValidationException (400): no such gate"}
    assert (len(applied.refused), applied.skipped) == (3, {})
    assert len(project.apply(*sweep(3)).submitted) == 3
    _settle(project, sweep(3))


def _in_doubt(project: Project, points: Sequence[Declared]) -> None:
    world = project.bench.world
    world.add_fault({"effect": "lost", "operation": "CreateQuantumTask", "always": True})
    world.set_switch("visibility.search", "240")
    applied = project.apply(*points)
    assert (len(applied.unknown), applied.skipped) == (len(points), {})
    world.clear_faults()
    project.bench.wire.sent.clear()


def test_a_doubtful_set_is_repeated_as_it_was_sent(project: Project) -> None:
    _in_doubt(project, sweep(3))
    planned = project.plan(*sweep(3, "task")).plan  # whatever is declared of sending since
    assert [c.action for c in planned.changes] == [Action.RESOLVE] * 3
    project.apply(*sweep(3, "task"))
    assert (_sent(project), project.tasks()) == ([300], 1)
    _settle(project, sweep(3, "task"))


def test_a_doubtful_set_without_one_of_its_points_waits(project: Project) -> None:
    _in_doubt(project, sweep(3))
    left = sweep(3)[1:]
    assert set(_actions(project, *left).values()) == {Action.BLOCKED}
    assert _reasons(project, *left, selection=_chosen(left[0])) == {
        f"the submission of {project.attempts(left[0].address.name + '[theta=1.1]')[0].intended} has no known outcome; "
        "it was sent in one program set with others that are not declared as they were, or not chosen"
    }
    project.apply(*left)
    assert (_sent(project), project.tasks()) == ([], 1)
    project.bench.world.advance(600)
    project.apply(*left)
    assert project.plan(*left).plan.empty
    assert (_sent(project), project.tasks()) == ([], 1)
    assert len({a.id for r in project.state.records.values() for a in r.attempts}) == 1


def test_a_doubtful_set_that_never_was_is_made_after_all(project: Project) -> None:
    project.bench.world.add_fault({"effect": "error-500", "operation": "CreateQuantumTask", "always": True})
    project.apply(*sweep(3))
    project.bench.world.clear_faults()
    project.bench.world.advance(600)
    left = sweep(3)[1:]
    assert len(project.apply(*left).submitted) == 2
    _settle(project, left)
    assert project.tasks() == 1


def test_a_doubtful_set_whose_tags_somebody_took_away(project: Project) -> None:
    """It may stand there without its marks: nobody can tell, so nothing is paid."""
    keys = ["qctl:project", "qctl:address", "qctl:digest", "qctl:run", "qctl:points-0"]
    project.bench.world.add_fault({"effect": "tags", "operation": "CreateQuantumTask", "remove": keys})
    _in_doubt(project, sweep(3))
    project.bench.world.advance(600)
    assert set(_actions(project, *sweep(3)).values()) == {Action.BLOCKED}


def test_a_forgotten_set_is_found_point_by_point(project: Project) -> None:
    points = sweep(5)
    project.apply(*points)
    (project.folder).rename(project.folder.with_name("lost"))
    more = [*points[1:], point(30)]  # one removed meanwhile, one added
    planned = project.plan(*more).plan
    assert [c.action for c in planned.changes] == [Action.ADOPT] * 4 + [Action.CREATE]
    project.apply(*more)
    assert (_sent(project), project.tasks()) == ([500, 100], 2)
    assert project.plan(*more).plan.empty
    # What was removed and comes back is in the set still, though nobody remembers it.
    assert _actions(project, *points, point(30))[points[0].address] is Action.ADOPT
    project.apply(*points, point(30))
    assert project.tasks() == 2
    _settle(project, [*points, point(30)])
    assert [a.outcome for r in project.state.records.values() for a in r.attempts] == [Outcome.ACCEPTED] * 6


@pytest.mark.parametrize("tag", ["qctl:address", "qctl:digest"])
def test_a_forgotten_set_is_found_whatever_somebody_wrote(project: Project, tag: str) -> None:
    rule = {"effect": "tags", "operation": "CreateQuantumTask", "set": {tag: "something else"}}
    project.bench.world.add_fault(rule)
    project.apply(*sweep(3))
    project.folder.rename(project.folder.with_name("lost"))
    project.bench.world.advance(2 * 86_400)  # no token protects any more
    project.apply(*sweep(3))
    assert project.tasks() == 1
