"""Planning: what it is about, and what it asks the cloud for."""

from __future__ import annotations

import pytest

from reconciler.core.address import parse_address
from reconciler.core.change import Action
from reconciler.core.declared import Declared
from reconciler.workflow.selection import Selection
from tests.providers.samples import declare
from tests.workflow.bench import BELL, GARNET, SV1, Project, task

A, B, C, D = task("a"), task("b", "a"), task("c", "b"), task("d")


def _named(*names: str) -> frozenset[object]:
    return frozenset(parse_address(f"QuantumTask/{name}") for name in names)


def _select(**named: tuple[str, ...]) -> Selection:
    return Selection(**{key: _named(*names) for key, names in named.items()})  # type: ignore[arg-type]  # addresses


def _about(project: Project, selection: Selection, *tasks: Declared) -> list[str]:
    return [str(c.address).removeprefix("QuantumTask/") for c in project.plan(*tasks, selection=selection).plan.changes]


def _point(value: str) -> Declared:
    return declare(f"QuantumTask/sweep[x={value}]", {"device": GARNET, "shots": 100, "program": {"openqasm": BELL}})


@pytest.mark.parametrize(
    ("selection", "about"),
    [
        (Selection(), "abcd"),
        (_select(targets=("a",)), "a"),
        (_select(targets=("c",)), "abc"),
        (_select(targets=("b", "d")), "abd"),
        (_select(excluded=("d",)), "abc"),
        (_select(targets=("c",), excluded=("a",)), "bc"),
    ],
)
def test_targets_bring_what_they_wait_for(project: Project, selection: Selection, about: str) -> None:
    assert _about(project, selection, A, B, C, D) == list(about)


@pytest.mark.parametrize(
    ("selection", "about"),
    [
        (_select(targets=("sweep",)), ["sweep[x=1]", "sweep[x=2]"]),
        (_select(targets=("sweep[x=2]",)), ["sweep[x=2]"]),
        (_select(excluded=("sweep",)), ["d"]),
        (_select(excluded=("sweep[x=2]",)), ["d", "sweep[x=1]"]),
    ],
)
def test_a_sweeps_name_means_its_points(project: Project, selection: Selection, about: list[str]) -> None:
    assert _about(project, selection, _point("1"), _point("2"), D) == about


def test_a_target_that_is_gone_from_the_manifest(project: Project) -> None:
    project.apply(A, D)
    planned = project.plan(selection=_select(targets=("a",)))
    assert [(c.address.name, c.action) for c in planned.plan.changes] == [("a", Action.CANCEL)]


def test_replace_runs_it_again(project: Project) -> None:
    project.apply(A, D)
    project.bench.world.advance(60)
    applied = project.apply(A, D, selection=_select(forced=("a",)))
    assert applied.submitted == [A.address]
    assert [a.number for a in project.attempts("a")] == [1, 2]


def test_replace_cancels_what_still_runs(project: Project) -> None:
    project.apply(A)
    applied = project.apply(A, selection=_select(forced=("a",)))
    assert (applied.cancelled, applied.submitted) == ([A.address], [A.address])


def _counts(project: Project) -> dict[str, int]:
    names = [name for name, _ in project.bench.wire.sent]
    return {name: names.count(name) for name in sorted(set(names))}


def test_calls_of_a_first_plan(project: Project) -> None:
    """Nothing is remembered, so every region is searched once; each device is asked once, a QPU for its limit too."""
    project.plan(A, D, task("e", device=SV1))
    counts = _counts(project)
    counts.pop("GetCallerIdentity", None)
    assert counts == {"GetDevice": 2, "SearchJobs": 5, "SearchQuantumTasks": 5, "SearchSpendingLimits": 6}


def test_calls_of_a_plan_with_everything_done(project: Project) -> None:
    project.apply(A, D)
    project.bench.world.advance(60)
    project.apply(A, D)
    project.bench.wire.sent.clear()
    assert project.plan(A, D).plan.empty
    assert _counts(project) == {}


def test_calls_of_a_plan_while_one_is_running(project: Project) -> None:
    project.apply(A)
    project.bench.wire.sent.clear()
    project.plan(A)
    assert _counts(project) == {"GetQuantumTask": 1}


def test_calls_of_a_plan_that_only_tags(project: Project) -> None:
    project.apply(A)
    project.bench.wire.sent.clear()
    project.plan(task("a", tags={"owner": "lab-3"}))
    assert _counts(project) == {"GetQuantumTask": 1}


def test_calls_of_a_plan_with_one_more(project: Project) -> None:
    """Only what is submitted is checked: SV1 here, not the QPU of the other."""
    project.apply(A)
    project.bench.world.advance(60)
    project.apply(A)
    project.bench.wire.sent.clear()
    planned = project.plan(A, task("e", device=SV1))
    assert _counts(project) == {"GetDevice": 1, "SearchQuantumTasks": 2}
    assert [c.price is None for c in planned.plan.changes] == [True, False]


def test_nothing_declared_nothing_remembered_is_searched_for(project: Project) -> None:
    """Whatever the account has with our marks may be ours."""
    project.context = project.context.__class__(project.context.name, project.context.uid, "default")
    project.plan()
    assert project.bench.wire.count("SearchQuantumTasks") == 5, "in every region"


def test_planning_changes_nothing(project: Project) -> None:
    project.apply(A)
    before = project.state
    project.bench.world.advance(60)
    project.plan(task("a", shots=200), D)
    assert project.state == before
    assert project.tasks() == 1


def test_a_device_that_refuses_makes_the_plan_one_that_can_not_be_applied(project: Project) -> None:
    planned = project.plan(task("a", shots=1_000_000))
    assert [d.code for d in planned.plan.diagnostics] == ["device/shots"]
    assert not planned.plan.applicable


def test_the_order_of_documents_is_no_content(project: Project) -> None:
    one, two = project.plan(A, B, C, D), project.plan(D, C, B, A)
    assert one.plan.fingerprint == two.plan.fingerprint
    assert [c.address for c in one.plan.changes] == [c.address for c in two.plan.changes]
