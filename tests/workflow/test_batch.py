"""A batch through the workflow: what is found, added and doubted, in single stories (see test_batch_properties.py)."""

from __future__ import annotations

import pytest

from reconciler.core.attempt import Attempt, Outcome
from reconciler.core.change import Action
from reconciler.core.event import Intended, Verb
from reconciler.providers.kind import CloudUnavailable
from reconciler.workflow.observe import Refresh
from reconciler.workflow.plan import make_plan
from reconciler.workflow.resolve import NothingToResolve, resolve
from tests.workflow.batch_cloud import LAG, WINDOW, Fault
from tests.workflow.batch_world import SWEEP, Manifest, World, declared, job_digest

AB, ABC = Manifest("ab", open=True), Manifest("abc", open=True)
LOST = Fault("lost", share=0.0)
CARRIED_OUT = Fault("lost")
LATE = Fault("lost", share=0.0, rest=True, delay=5.0)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def opened(world: World) -> World:
    """An open batch with two jobs, whose ids are known."""
    world.apply(AB)
    return world


def _attempt(world: World, number: int = 1) -> Attempt:
    return next(a for a in world.state.records[str(SWEEP)].attempts if a.number == number)


def _jobs(world: World) -> list[str]:
    """What each batch on the cloud runs."""
    return ["".join(job.digest[-1] for job in batch.jobs) for batch in world.cloud.batches.values()]


def _intents(world: World, verb: Verb) -> list[Intended]:
    return [e for e in world.store.written if isinstance(e, Intended) and e.verb is verb]


def test_two_jobs_more_are_two_jobs_more(opened: World) -> None:
    applied = opened.apply(Manifest("abcc", open=True))
    assert applied is not None
    assert applied.added == [SWEEP]
    assert _jobs(opened) == ["abcc"]
    assert [job.label for job in _attempt(opened).jobs] == ["1", "2", "3", "4"]
    assert opened.change(Manifest("abcc", open=True)) is None


@pytest.mark.parametrize("fault", [CARRIED_OUT, LATE, Fault("lost", share=0.5, rest=True, delay=5.0)])
def test_an_addition_without_an_answer_is_found(opened: World, fault: Fault) -> None:
    applied = opened.apply(Manifest("abcd", open=True), fault)
    assert applied is not None
    assert applied.added == [SWEEP]
    assert _jobs(opened) == ["abcd"]
    assert opened.change(Manifest("abcd", open=True)) is None


def test_an_addition_that_never_was_is_sent_by_a_later_command(opened: World) -> None:
    applied = opened.apply(ABC, LOST)
    assert applied is not None
    assert list(applied.unknown) == [SWEEP]
    opened.clock.seconds += 1
    assert _jobs(opened) == ["ab"]
    opened.apply(ABC)
    assert _jobs(opened) == ["abc"]


def test_of_a_partial_addition_only_the_rest_is_sent(opened: World) -> None:
    manifest = Manifest("abcd", open=True)
    opened.apply(manifest, Fault("lost", share=0.5))
    assert _jobs(opened) == ["abc"]
    opened.clock.seconds += WINDOW
    opened.apply(manifest)
    assert _jobs(opened) == ["abcd"]


def test_turned_away_only_what_is_still_missing_is_sent(opened: World) -> None:
    opened.apply(ABC, Fault("throttled", delay=30.0), CARRIED_OUT)
    assert _jobs(opened) == ["abc"]
    times = [intent.adding.at for intent in _intents(opened, Verb.ADD) if intent.adding]
    assert len(set(times)) == 2, "the time to show up counts from the second call"


def test_interrupted_an_addition_stays_in_doubt_and_blocks(opened: World) -> None:
    opened.apply(ABC, LOST, interrupt=1.0)
    change = opened.change(ABC)
    assert change is not None
    assert change.action is Action.BLOCKED
    assert change.reason.startswith("1 job sent to the open batch at 2026-03-01T00:00:")


def test_a_person_may_say_that_nothing_was_added(opened: World) -> None:
    opened.apply(ABC, LOST, interrupt=1.0)
    with pytest.raises(NothingToResolve, match="found by themselves"):
        resolve(opened.session, SWEEP, "b0")
    resolve(opened.session, SWEEP, None)
    opened.apply(ABC)
    assert _jobs(opened) == ["abc"]


def test_an_equal_job_that_somebody_added_meanwhile_stands_for_ours(opened: World) -> None:
    planned = opened.plan(ABC)
    opened.cloud.add_foreign(lambda batch: job_digest(batch.content, "c"))
    opened.apply_plan(planned)
    assert _jobs(opened) == ["abc"]
    assert opened.change(ABC) is None


def test_other_jobs_that_somebody_added_are_left_alone(opened: World) -> None:
    opened.cloud.add_foreign(lambda batch: job_digest(batch.content, "z"))
    opened.apply(ABC, CARRIED_OUT)
    assert _jobs(opened) == ["abzc"]
    assert [job.foreign for job in _attempt(opened).jobs] == [False, False, True, False]
    assert opened.change(ABC) is None


def test_a_job_without_an_id_is_not_taken_for_the_next_one(world: World) -> None:
    """The answer to the create said nothing of its jobs, and one more of them is wanted before anybody looked."""
    world.apply(Manifest("a", open=True), Fault("silent"))
    more = Manifest("aa", open=True)
    planned = make_plan(world.session, [declared(more)], {SWEEP: set()}, Refresh.NONE)
    world.apply_plan(planned, more)
    assert _jobs(world) == ["aa"]


def test_a_new_batch_is_open_before_anybody_looked(world: World) -> None:
    world.apply(AB, Fault("silent"))
    planned = make_plan(world.session, [declared(ABC)], {SWEEP: set()}, Refresh.NONE)
    assert [op.verb for op in planned.plan.operations()] == [Verb.ADD]


def test_what_another_life_made_has_its_own_jobs(world: World) -> None:
    """The state is lost, the index of tags lags, and the manifest has grown: only the newest batches show ours."""
    world.apply(AB)
    world.store.forget()
    planned = world.plan(ABC)
    assert [op.verb for op in planned.plan.operations()] == [Verb.CREATE]
    world.clock.seconds += LAG
    world.apply_plan(planned, ABC)
    assert _jobs(world) == ["ab"]
    assert [(job.id, job.foreign) for job in _attempt(world).jobs] == [("b0.0", False), ("b0.1", False)]
    world.apply(ABC)
    assert _jobs(world) == ["abc"]


def test_what_another_life_made_is_not_sent_again_when_its_jobs_can_not_be_read(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.apply(AB)
    world.store.forget()
    planned = world.plan(AB)
    world.clock.seconds += LAG

    def down(attempt: Attempt) -> None:
        raise CloudUnavailable("the list of jobs is down")

    monkeypatch.setattr(world.cloud, "jobs", down)
    applied = world.apply_plan(planned, AB)
    assert "the list of jobs is down" in applied.refused[SWEEP]
    assert _jobs(world) == ["ab"]


def test_the_window_counts_from_the_end_of_the_call(world: World) -> None:
    """The caller waited for an answer as long as the window is, and a person had no patience to look for more."""
    world.apply(AB, Fault("lost", share=0.0, rest=True, delay=5.0, lasts=WINDOW + 10), interrupt=1.0)
    assert _attempt(world).outcome is Outcome.UNKNOWN
    change = world.change(AB)
    assert change is not None
    assert "it must be settled before anything else" in change.reason
    world.settle(AB)
    assert _jobs(world) == ["ab"]


def test_the_window_of_an_addition_counts_from_the_end_of_the_call(opened: World) -> None:
    opened.apply(ABC, Fault("lost", share=0.0, rest=True, delay=5.0, lasts=WINDOW + 10), interrupt=1.0)
    change = opened.change(ABC)
    assert change is not None
    assert change.action is Action.BLOCKED
    opened.settle(ABC)
    assert _jobs(opened) == ["abc"]


def test_the_window_counts_from_the_last_call(world: World) -> None:
    slow = Fault("throttled", delay=WINDOW)
    world.apply(AB, slow, slow, Fault("lost", share=0.0, rest=True, delay=WINDOW - LAG - 1), dies=6)
    assert _attempt(world).outcome is Outcome.PENDING
    world.settle(AB)
    assert _jobs(world) == ["ab"]


def test_the_end_of_a_call_is_on_disk_before_the_long_look(world: World) -> None:
    world.apply(AB, LATE, dies=4)
    assert _attempt(world).outcome is Outcome.UNKNOWN


def test_two_batches_with_the_marks_of_one_are_a_persons_question(world: World) -> None:
    world.apply(AB, CARRIED_OUT, interrupt=0.1)
    (first,) = world.cloud.batches.values()
    world.cloud.batches["copy"] = type(first)("copy", first.born, dict(first.tags), first.content, 1, open=True)
    world.clock.seconds += WINDOW + 1
    change = world.change(AB)
    assert change is not None
    assert "2 runs carry its marks: b0, copy; say which with `qctl state resolve`" in change.reason
    resolve(world.session, SWEEP, "b0")
    assert world.change(AB) is None


def test_a_run_that_we_know_is_in_no_doubts_way(world: World) -> None:
    """It lost its marks, and is on record: it can't be what a later create made."""
    world.apply(Manifest("a", content="y"))
    world.apply(Manifest("a"), LOST, interrupt=1.0)
    for batch in world.cloud.batches.values():
        batch.tags = {}
    world.settle(Manifest("a"))
    assert _jobs(world) == ["a", "a"]
    assert world.change(Manifest("a")) is None
