"""Observing: what is read, what is adopted, and when a doubt ends."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.core.attempt import Outcome
from reconciler.core.change import Action
from reconciler.core.mark import TAG_ADDRESS
from reconciler.providers.kind import CloudUnavailable
from reconciler.workflow.observe import Refresh, WrongAccount
from tests.providers.bench import error
from tests.providers.samples import declare
from tests.workflow.bench import GARNET, SV1, Project, task

ONE = task("one")
_LOST = {"effect": "lost", "operation": "CreateQuantumTask", "always": True}
_DEAD = {"effect": "error-500", "operation": "CreateQuantumTask", "always": True}


def _finish(project: Project) -> None:
    project.bench.world.advance(60)


def _in_doubt(project: Project, fault: dict[str, object], *, hidden: bool = True) -> None:
    """One submission without a known outcome."""
    project.bench.world.add_fault(fault)
    if hidden:
        project.bench.world.set_switch("visibility.search", "240")
    assert list(project.apply(ONE).unknown) == [ONE.address]
    project.bench.world.clear_faults()
    project.bench.wire.sent.clear()


def _forget(project: Project) -> None:
    for file in project.folder.iterdir():
        if file.is_file():
            file.unlink()


@pytest.mark.parametrize(("how", "reads"), [(Refresh.OPEN, 1), (Refresh.ALL, 2), (Refresh.NONE, 0)])
def test_what_is_read(project: Project, how: Refresh, reads: int) -> None:
    """One is known to be finished, the other not."""
    project.apply(ONE)
    _finish(project)
    project.apply(ONE)
    project.apply(ONE, task("two"))
    project.bench.wire.sent.clear()
    project.plan(ONE, task("two"), how=how)
    assert project.bench.wire.count("GetQuantumTask") == reads


@pytest.mark.parametrize("how", [Refresh.OPEN, Refresh.ALL])
def test_other_credentials_are_refused_before_anything_is_read(project: Project, how: Refresh) -> None:
    project.apply(ONE)
    project.bench.cloud._account = "999999999999"
    project.bench.wire.sent.clear()
    with pytest.raises(WrongAccount) as caught:
        project.plan(ONE, how=how)
    assert (caught.value.address, caught.value.ours) == ("QuantumTask/one", "999999999999")
    assert project.bench.wire.sent == []


@pytest.mark.parametrize("how", list(Refresh))
def test_other_credentials_settle_no_doubt(project: Project, how: Refresh) -> None:
    """They can't see the run, so their finding nothing is no proof: submitting then would pay for it twice."""
    _in_doubt(project, _LOST)
    project.bench.world.advance(3600)
    project.bench.cloud._account = "999999999999"
    with pytest.raises(WrongAccount):
        project.plan(ONE, how=how)


def test_a_lost_state_is_rebuilt(project: Project) -> None:
    project.apply(ONE)
    _forget(project)
    assert project.apply(ONE).recorded == [ONE.address]
    assert project.tasks() == 1
    assert project.attempts("one")[0].program == project.plan(ONE).resources["QuantumTask/one"].program


def test_another_environments_runs_are_not_ours(project: Project) -> None:
    project.apply(ONE)
    _forget(project)
    project.context = replace(project.context, environment="other")
    assert [c.action for c in project.plan(ONE).plan.changes] == [Action.CREATE]


def test_a_mark_that_is_no_address_is_left_alone(project: Project) -> None:
    project.apply(ONE)
    (arn,) = [a.id for a in project.attempts("one")]
    project.bench.client.once("eu-north-1", "tag_resource", resourceArn=arn, tags={TAG_ADDRESS: "who knows"})
    _forget(project)
    planned = project.plan(task("two"))
    assert [str(c.address) for c in planned.plan.changes] == ["QuantumTask/two"]
    assert planned.observed == ()


def test_a_shortened_mark_is_known_by_whoever_declares_it(project: Project) -> None:
    long = declare(
        f"QuantumTask/one[{','.join(f'parameter_{n:02}=0.123456789' for n in range(12))}]",
        {"device": GARNET, "shots": 100, "program": {"openqasm": "OPENQASM 3.0; qubit q; bit c; c = measure q;"}},
    )
    assert len(str(long.address)) > 256
    assert project.apply(long).submitted == [long.address]
    _forget(project)
    assert project.apply(long).recorded == [long.address]
    _forget(project)
    assert project.plan(task("two")).observed == ()


def test_an_undeclared_finished_run_is_kept_on_record_only(project: Project) -> None:
    project.apply(ONE)
    _finish(project)
    _forget(project)
    project.apply(task("two"))
    record = project.state.records["QuantumTask/one"]
    assert (record.managed, len(record.attempts)) == (False, 1)
    assert [str(c.address) for c in project.plan(task("two")).plan.changes] == ["QuantumTask/two"]


def test_an_undeclared_running_run_is_cancelled(project: Project) -> None:
    project.apply(ONE)
    _forget(project)
    assert project.apply(task("two")).cancelled == [ONE.address]


@pytest.mark.parametrize(("age", "action"), [(300, Action.RESOLVE), (301, Action.CREATE)])
def test_a_doubt_ends_after_the_window(project: Project, age: float, action: Action) -> None:
    _in_doubt(project, _DEAD)
    project.bench.world.advance(age)  # from the end of the last repeat
    assert [c.action for c in project.plan(ONE).plan.changes] == [action]
    assert project.bench.wire.count("SearchQuantumTasks") > 0


def test_a_doubt_does_not_end_when_the_search_fails(project: Project) -> None:
    _in_doubt(project, _DEAD)
    project.bench.world.advance(3600)
    project.bench.wire.answer("SearchQuantumTasks", error(403, "AccessDeniedException"))
    with pytest.raises(CloudUnavailable):
        project.apply(ONE)
    assert project.attempts("one")[0].outcome is Outcome.UNKNOWN


def test_a_doubt_is_searched_for_whatever_refresh_says(project: Project) -> None:
    _in_doubt(project, _LOST)
    project.bench.world.advance(3600)
    planned = project.plan(ONE, how=Refresh.NONE)
    assert [c.action for c in planned.plan.changes] == [Action.NONE]
    assert planned.seen.records["QuantumTask/one"].attempts[0].exists


def test_a_doubt_is_searched_for_where_it_was_submitted(project: Project) -> None:
    """The declaration has moved to another device since."""
    _in_doubt(project, _LOST)
    project.bench.world.advance(3600)
    project.context = replace(project.context, devices={})
    planned = project.plan(task("one", device=SV1))
    assert [c.action for c in planned.plan.changes] == [Action.CREATE]
    assert planned.seen.records["QuantumTask/one"].attempts[0].exists
