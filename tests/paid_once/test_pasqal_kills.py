"""Deaths at any moment where the cloud takes no client token: what was sent is found, and only else sent again."""

from __future__ import annotations

import itertools
import random
import time

import pytest

from reconciler.cli.exits import Exit
from tests.paid_once.pasqal_bench import VERBS, WINDOW, Laboratory, Wish
from tests.paid_once.process import KILLED, run

# The words of the journal for the calls of the matrix.
_WORDS = {
    "create batch": "create",
    "create workload": "create",
    "add jobs": "add",
    "tags": "tag",
    "close": "close",
    "cancel batch": "cancel",
    "cancel jobs": "cancel-jobs",
    "cancel workload": "cancel",
}
_ONCE = ("after-lock", "after-outcome", "before-state", "after-state-temp", "after-state", "after-journal-empty")
_TWICE = ("before-journal", "after-journal")  # for the intent and for the outcome
POINTS = [
    (verb, point)
    for verb, word in _WORDS.items()
    for point in (
        *(f"{point}:1" for point in (f"before-{word}", f"after-{word}", *_ONCE, "before-unlock")),
        *(f"{point}:{passage}" for point, passage in itertools.product(_TWICE, (1, 2))),
    )
]
_DEATHS = 40


def _command(lab: Laboratory, word: str, *more: str, **death: object) -> int:
    return run([word, "-C", str(lab.root), *more], **death)  # type: ignore[arg-type]


def _apply(lab: Laboratory, *more: str, **death: object) -> int:
    return _command(lab, "apply", "--auto-approve", *more, **death)


@pytest.mark.parametrize(("verb", "point"), POINTS)
def test_killed_at_a_crash_point(lab: Laboratory, verb: str, point: str) -> None:
    lab.want(VERBS[verb].before)
    lab.apply()
    lab.want(VERBS[verb].after)

    assert _apply(lab, crash_at=point) == KILLED, "the point was never passed: this case tests nothing"
    lab.world.advance(2 * WINDOW)
    assert _apply(lab) == Exit.DONE
    assert lab.inventory() == VERBS[verb].end
    assert lab.plan().plan.empty


@pytest.mark.parametrize("point", ["before", "after"])
@pytest.mark.parametrize("verb", ["create batch", "create workload", "add jobs"])
def test_nothing_is_sent_again_before_the_window_is_over(lab: Laboratory, verb: str, point: str) -> None:
    lab.want(VERBS[verb].before)
    lab.apply()
    lab.want(VERBS[verb].after)

    assert _apply(lab, crash_at=f"{point}-{_WORDS[verb]}") == KILLED
    sent = lab.inventory()
    expected = Exit.UNKNOWN if point == "before" else Exit.DONE
    assert [_apply(lab), _apply(lab)] == [expected, expected]
    assert lab.inventory() == sent
    lab.world.advance(2 * WINDOW)
    assert _apply(lab) == Exit.DONE
    assert lab.inventory() == VERBS[verb].end


@pytest.mark.parametrize("lost", [False, True], ids=["state kept", "state lost"])
def test_killed_at_random(lab: Laboratory, lost: bool) -> None:
    """What the next apply does not find it may not send before the window is over, if it knows that it may be there."""
    chance = random.Random(20_261_121 + lost)
    lab.want(Wish((1,), workload=1))
    lab.plan()  # what is imported here, children need not import
    began = time.monotonic()
    assert _apply(lab, "--env", "whole") == Exit.DONE
    life = time.monotonic() - began  # machines differ, and so does their load: the next death is aimed by the last
    died = 0
    for number in range(_DEATHS):
        lab.want(Wish((10, 20), open=True, workload=number + 2))  # equal workloads can't be told apart
        environment = f"e{number}"
        killed = _apply(lab, "--env", environment, kill_after=chance.uniform(0.0, life)) == KILLED
        died, life = died + killed, life * (1.05 if killed else 0.8)
        if lost:
            lab.forget_everything_of(environment)
        if _apply(lab, "--env", environment) == Exit.UNKNOWN:
            lab.world.advance(2 * WINDOW)
            assert _apply(lab, "--env", environment) == Exit.DONE
        there = lab.inventory()
        assert [batch.runs for batch in there.batches[1:]] == [(10, 20)] * (number + 1), f"death {number}"
        assert len(there.workloads[1:]) == number + 1, f"death {number} made or lost a workload"
        assert _command(lab, "plan", "--env", environment, "--detailed-exitcode") == Exit.DONE
    assert died > _DEATHS / 4, "most processes ended before they were killed: this test proves little"


@pytest.mark.parametrize(("point", "made"), [("before-add", 0), ("after-add", 1), ("after-add", 2)])
def test_two_jobs_more_for_an_open_batch(lab: Laboratory, point: str, made: int) -> None:
    """Killed between, with none, one or both of them there: only what is missing is sent."""
    lab.want(VERBS["add jobs"].before)
    lab.apply()
    lab.want(VERBS["add jobs"].after)
    (change,) = lab.plan().plan.changes
    assert [job.job.shown["runs"] for job in change.jobs if job.submits] == [20, 30]

    assert _apply(lab, crash_at=point) == KILLED
    if made == 1:
        lab.lose_job(30)
    assert lab.inventory().batches[0].runs == (10, 20, 30)[: 1 + made]
    lab.world.advance(2 * WINDOW)
    assert _apply(lab) == Exit.DONE
    assert lab.inventory() == VERBS["add jobs"].end
    assert lab.world.counts("pasqal")["AddJobs"] == (1 if made != 1 else 2)
    assert lab.plan().plan.empty


def test_one_of_two_equal_jobs_is_there_and_the_list_shows_it_twice(lab: Laboratory) -> None:
    lab.want(Wish((10,), open=True))
    lab.apply()
    lab.want(Wish((10, 20, 20), open=True))
    assert _apply(lab, crash_at="after-add") == KILLED
    lab.lose_job(20)
    lab.world.add_fault({"service": "pasqal", "operation": "ListJobs", "effect": "duplicate", "always": True})
    lab.world.advance(2 * WINDOW)
    assert _apply(lab) == Exit.DONE
    assert lab.inventory().batches[0].runs == (10, 20, 20)
    assert lab.plan().plan.empty
