"""The human way out of a doubt."""

from __future__ import annotations

import pytest

from reconciler.core.address import parse_address
from reconciler.core.attempt import Outcome
from reconciler.core.change import Action
from reconciler.core.event import Adopted, Resolved
from reconciler.providers.kind import CloudUnavailable
from reconciler.store.errors import LockHeld
from reconciler.workflow.resolve import NothingToResolve, resolve
from tests.providers.bench import THERE, task_arn
from tests.workflow.bench import Project, task

A = task("a")


@pytest.fixture
def doubtful(project: Project) -> Project:
    """One submission was accepted, the answer was lost, and the search did not see it yet."""
    project.bench.world.add_fault({"effect": "lost", "operation": "CreateQuantumTask", "always": True})
    project.bench.world.set_switch("visibility.search", "100000")
    project.apply(A)
    project.bench.world.clear_faults()
    return project


def _arn(project: Project) -> str:
    with project.bench.world.transaction() as session:
        return str(session.connection.execute("SELECT arn FROM task ORDER BY seq").fetchone()[0])


def test_adopted_it_is_as_if_the_answer_had_come(doubtful: Project) -> None:
    assert isinstance(resolve(doubtful.session, A.address, _arn(doubtful)), Adopted)
    (attempt,) = doubtful.attempts("a")
    assert (attempt.outcome, attempt.id, attempt.status) == (Outcome.ACCEPTED, _arn(doubtful), "QUEUED")
    assert doubtful.plan(A).plan.empty


def test_absent_it_may_be_submitted_with_the_same_token(doubtful: Project) -> None:
    """The token helps if the person was wrong."""
    assert isinstance(resolve(doubtful.session, A.address, None), Resolved)
    assert [c.action for c in doubtful.plan(A).plan.changes] == [Action.CREATE]
    doubtful.apply(A)
    assert doubtful.tasks() == 1


def test_without_a_doubt_there_is_nothing_to_resolve(project: Project) -> None:
    project.apply(A)
    for name in ("a", "unheard-of"):
        with pytest.raises(NothingToResolve, match="no submission whose outcome is unknown"):
            resolve(project.session, parse_address(f"QuantumTask/{name}"), None)


def test_a_run_that_is_not_there_is_refused(doubtful: Project) -> None:
    with pytest.raises(NothingToResolve, match="has no run"):
        resolve(doubtful.session, A.address, task_arn(7, THERE))
    assert doubtful.attempts("a")[0].outcome is Outcome.UNKNOWN


def test_what_is_no_id_is_refused(doubtful: Project) -> None:
    with pytest.raises((NothingToResolve, CloudUnavailable)):
        resolve(doubtful.session, A.address, "the last one")
    assert doubtful.attempts("a")[0].outcome is Outcome.UNKNOWN


def test_a_run_with_the_marks_of_another_is_refused(doubtful: Project) -> None:
    doubtful.apply(task("b"))
    (other,) = doubtful.attempts("b")
    with pytest.raises(NothingToResolve, match="marks of another run"):
        resolve(doubtful.session, A.address, other.id)
    assert doubtful.attempts("a")[0].outcome is Outcome.UNKNOWN


def test_a_run_whose_marks_are_gone_is_taken_on_a_persons_word(doubtful: Project) -> None:
    arn = _arn(doubtful)
    keys = ["qctl:run", "qctl:project"]
    doubtful.bench.client.once("eu-north-1", "untag_resource", resourceArn=arn, tagKeys=keys)
    resolve(doubtful.session, A.address, arn)
    planned = doubtful.plan(A)
    assert [dict(op.put).keys() for c in planned.plan.changes for op in c.operations] == [set(keys)]


def test_under_somebody_elses_lock_nothing_happens(doubtful: Project) -> None:
    other = doubtful.session
    held = other.store.lock(other.lock_info("apply"))
    with pytest.raises(LockHeld):
        resolve(doubtful.session, A.address, None)
    other.store.unlock(held)
