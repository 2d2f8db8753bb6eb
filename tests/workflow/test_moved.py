"""Renames: a record goes to the new name, nothing is paid, and a lost state finds the run under either name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.core.address import Address, parse_address
from reconciler.core.attempt import Attempt, Outcome
from reconciler.core.change import Action
from reconciler.core.declared import Declared
from reconciler.core.event import Concluded, Intended, Verb
from reconciler.core.mark import TAG_ADDRESS, TAG_MOVED
from reconciler.workflow.selection import Selection
from tests.workflow.bench import Project, task
from tests.workflow.test_program_sets import sweep

OLD, NEW = parse_address("QuantumTask/old"), parse_address("QuantumTask/new")


def moved(name: str, *older: str, **changes: object) -> Declared:
    """A task with names that it had before."""
    names = tuple(Address("QuantumTask", old) for old in older)
    return replace(task(name, **changes), moved=names)


def lose_state(project: Project) -> None:
    """As if the folder had never been there."""
    for path in project.folder.iterdir():
        if path.is_file():
            path.unlink()


def test_the_record_is_moved_and_nothing_else_happens(project: Project) -> None:
    project.apply(task("old"))
    before = project.attempts("old")[0]
    planned = project.plan(moved("new", "old", "older"))
    (change,) = planned.plan.changes
    assert (change.address, change.action) == (NEW, Action.UPDATE)
    assert change.reason == "moved from QuantumTask/old, not run again"
    assert [op.verb for op in change.operations] == [Verb.TAG]
    assert change.operations[0].put == {TAG_ADDRESS: "QuantumTask/new", TAG_MOVED: "QuantumTask/old"}
    assert planned.plan.summary == "Plan: 0 to add, 1 to change, 0 to destroy."
    project.apply(moved("new", "old", "older"))
    assert "QuantumTask/old" not in project.state.records
    after = project.attempts("new")[0]
    assert (after.token, after.id, after.origin) == (before.token, before.id, "QuantumTask/old")
    assert project.plan(moved("new", "old")).plan.empty
    assert project.plan(task("new")).plan.empty  # the name may be taken out again
    assert project.tasks() == 1


@pytest.mark.parametrize("marked", [False, True], ids=["before the marks", "after the marks"])
@pytest.mark.parametrize("told", [False, True], ids=["moved taken out", "moved kept"])
def test_a_lost_state_never_pays_again(project: Project, marked: bool, told: bool) -> None:
    project.apply(task("old"))
    if marked:
        project.apply(moved("new", "old"))
    lose_state(project)
    wanted = moved("new", "old") if told else task("new")
    if not marked and not told:
        pytest.skip("then nothing at all says that they are one")
    planned = project.plan(wanted)
    assert [(c.address, c.action) for c in planned.plan.changes] == [(NEW, Action.ADOPT)]
    project.apply(wanted)
    assert project.attempts("new")[0].origin == "QuantumTask/old"
    assert project.plan(wanted).plan.empty
    assert project.tasks() == 1


def test_a_second_rename_keeps_the_first_name_in_the_marks(project: Project) -> None:
    project.apply(task("old"))
    project.apply(moved("new", "old"))
    project.apply(moved("newest", "new", "old"))
    attempt = project.attempts("newest")[0]
    assert (attempt.tags[TAG_ADDRESS], attempt.tags[TAG_MOVED]) == ("QuantumTask/newest", "QuantumTask/old")
    lose_state(project)
    project.apply(task("newest"))
    assert (project.attempts("newest")[0].id, project.tasks()) == (attempt.id, 1)
    # And back to where it was: then its token is of its own address again.
    project.apply(moved("old", "newest"))
    attempt = project.attempts("old")[0]
    assert (attempt.origin, attempt.tags[TAG_ADDRESS], TAG_MOVED in attempt.tags) == ("", "QuantumTask/old", False)
    assert project.plan(task("old")).plan.empty


def test_a_sweep_keeps_its_keys(project: Project) -> None:
    def point(name: str, key: str, *older: str) -> Declared:
        made = task(name, shots=int(key))
        pairs = (("n", key),)
        old = tuple(Address("QuantumTask", o, pairs) for o in older)
        return replace(made, address=Address("QuantumTask", name, pairs), moved=old)

    project.apply(point("old", "10"), point("old", "20"))
    points = [point("new", "10", "old"), point("new", "20", "old")]
    project.apply(*points)
    assert set(project.state.records) == {"QuantumTask/new[n=10]", "QuantumTask/new[n=20]"}
    assert (project.plan(*points).plan.empty, project.tasks()) == (True, 2)


def test_a_move_with_another_program_replaces_the_run(project: Project) -> None:
    project.apply(task("old"))
    (change,) = project.plan(moved("new", "old", shots=7)).plan.changes
    assert (change.action, change.reason.split(";")[0]) == (Action.REPLACE, "moved from QuantumTask/old")
    project.apply(moved("new", "old", shots=7))
    assert len(project.attempts("new")) == 2


def test_a_target_elsewhere_never_ends_what_was_moved(project: Project) -> None:
    project.apply(task("old"), task("other"))
    for selection in (Selection(targets=frozenset({OLD})), Selection(excluded=frozenset({NEW}))):
        planned = project.plan(moved("new", "old"), task("other"), selection=selection)
        told = [(c.address, c.moved, c.operations) for c in planned.plan.changes if c.moved]
        assert told == [(NEW, "QuantumTask/old", ())]
        assert planned.plan.destroyed == 0
    project.apply(moved("new", "old"), task("other"), selection=Selection(excluded=frozenset({NEW})))
    assert project.attempts("new")[0].origin == "QuantumTask/old"
    assert project.tasks() == 2


def test_what_is_occupied_is_not_moved_into(project: Project) -> None:
    project.apply(task("old"), task("new"))
    planned = project.plan(moved("new", "old"))
    assert [d.code for d in planned.plan.diagnostics] == ["moved/occupied"]
    assert [(c.address, c.action) for c in planned.plan.changes] == [(NEW, Action.NONE), (OLD, Action.CANCEL)]


def test_a_doubtful_submission_is_not_repeated_under_another_name(project: Project) -> None:
    """The same token would meet other tags: Braket refuses that, and a refusal looks like "nothing exists"."""
    project.apply(task("old"))
    attempt = project.attempts("old")[0]
    lose_state(project)
    doubt = replace(attempt, outcome=Outcome.PENDING, id="", status="", tags={})
    project.remember(
        Intended(attempt.intended, "i", "QuantumTask/old", Verb.CREATE, attempt.token, doubt),
        Concluded(attempt.intended, "i", "QuantumTask/old", Verb.CREATE, attempt.token, Outcome.UNKNOWN),
    )
    project.apply(moved("new", "old"))  # it is there: found by its token, under the new name
    assert (project.attempts("new")[0].id, project.tasks()) == (attempt.id, 1)


def test_a_doubt_that_nothing_was_found_of_waits(project: Project) -> None:
    planned = project.plan(task("old"))
    create = planned.plan.changes[0].operations[0]

    resource = planned.resources["QuantumTask/old"]
    place = project.session.cloud("QuantumTask").place(resource)
    now = project.session.now()
    doubt = Attempt(create.token, resource.digest, resource.program, 1, 1, place, resource.execution, now)
    project.remember(Intended(now, "i", "QuantumTask/old", Verb.CREATE, create.token, doubt))
    (change,) = project.plan(moved("new", "old")).plan.changes
    assert (change.action, change.operations) == (Action.BLOCKED, ())
    project.bench.clock.sleep(301)
    (change,) = project.plan(moved("new", "old")).plan.changes
    assert (change.action, len(change.operations)) == (Action.CREATE, 1)


def test_a_sweep_in_one_task_is_renamed_as_one(project: Project) -> None:
    """The marks of a program set name its members by their tokens, which are of the older address."""

    def points(name: str, *older: str) -> list[Declared]:
        made = []
        for one in sweep(3):
            old = tuple(Address("QuantumTask", o, one.address.key) for o in older)
            made.append(replace(one, address=Address("QuantumTask", name, one.address.key), moved=old))
        return made

    project.apply(*points("sweep"))
    assert project.tasks() == 1
    lose_state(project)
    project.apply(*points("turns", "sweep"))  # before any mark is rewritten
    assert project.plan(*points("turns", "sweep")).plan.empty
    lose_state(project)
    planned = project.plan(*points("turns"))  # and after, without the older name
    assert {str(c.action) for c in planned.plan.changes} == {"adopt"}
    project.apply(*points("turns"))
    assert project.plan(*points("turns")).plan.empty
    assert project.tasks() == 1
