"""Two applies of one project at the same moment, where the cloud takes no client token."""

from __future__ import annotations

import os
import time

import pytest

from reconciler.cli.exits import Exit
from tests.paid_once.pasqal_bench import WINDOW, Laboratory, Wish
from tests.paid_once.process import KILLED, finish, run, start

_ROUNDS = 4
_WISH = Wish((10, 20), open=True)


def _args(lab: Laboratory, environment: str, *more: str) -> list[str]:
    return ["apply", "-C", str(lab.root), "--auto-approve", "--env", environment, *more]


@pytest.mark.parametrize("patience", ["0", "30"])
def test_the_lock_lets_one_after_the_other_in(quiet_lab: Laboratory, patience: str) -> None:
    lab = quiet_lab
    lab.want(_WISH)
    lab.plan()  # what is imported here, children need not import
    for number in range(_ROUNDS):
        args = _args(lab, f"e{number}", "--lock-timeout", patience)
        codes = [finish(child) for child in (start(args), start(args))]
        assert Exit.DONE in codes
        assert set(codes) <= ({Exit.DONE, Exit.LOCKED} if patience == "0" else {Exit.DONE})
        assert [batch.runs for batch in lab.inventory().batches] == [(10, 20)] * (number + 1)


@pytest.mark.parametrize("delay", [0.05, 0.15])
def test_a_lock_taken_away_by_force_is_no_promise(quiet_lab: Laboratory, delay: float) -> None:
    """Who lost the lock records nothing more, and the other sees the intent; but both may act between two checks.

    What holds: one batch an apply at most, and none in any later one.
    """
    lab = quiet_lab
    lab.want(_WISH)
    lab.plan()  # what is imported here, children need not import
    for number in range(_ROUNDS):
        before = len(lab.inventory().batches)
        args = _args(lab, f"e{number}")
        first = start(args)
        time.sleep(delay)
        lock = lab.root / "state" / f"matrix.e{number}.lock"
        if lock.exists():
            os.unlink(lock)  # noqa: PTH108 - one system call, as somebody's rm would do it
        second = start(args)
        ends = {finish(first), finish(second)}
        assert ends <= {Exit.DONE, Exit.LOCKED, Exit.STALE, Exit.UNKNOWN}
        lab.world.advance(2 * WINDOW)
        assert run(args) in (Exit.DONE, Exit.UNKNOWN)
        made = len(lab.inventory().batches) - before
        assert made in (1, 2)
        assert run(args) in (Exit.DONE, Exit.UNKNOWN)
        assert len(lab.inventory().batches) - before == made


def test_a_second_apply_finds_what_the_first_has_sent(lab: Laboratory) -> None:
    """The look before the call: whoever comes later, without a lock and without a state, sends nothing."""
    lab.want(_WISH)
    assert run(_args(lab, "default"), crash_at="after-create") == KILLED
    lab.forget_everything()
    assert run(_args(lab, "default")) == Exit.DONE
    assert [batch.runs for batch in lab.inventory().batches] == [(10, 20)]


def test_a_request_on_its_way_and_a_lost_state_are_paid_twice_and_said(lab: Laboratory) -> None:
    """What no look can see and nobody remembers is sent again: the limit of this promise. It does not go unnoticed."""
    lab.want(_WISH)
    lab.world.add_fault({"service": "pasqal", "operation": "CreateBatch", "effect": "late", "seconds": 60})
    assert run(_args(lab, "default"), crash_at="after-create") == KILLED
    lab.forget_everything()
    assert run(_args(lab, "default")) == Exit.DONE
    lab.world.advance(2 * WINDOW)
    assert [batch.runs for batch in lab.inventory().batches] == [(10, 20)] * 2

    lab.forget_everything()
    said = lab.said("apply", "--auto-approve")
    assert f"2 runs carry its marks: {', '.join(sorted(lab.batch_ids()))}" in said
    kept = lab.batch_ids()[0]
    assert run(["state", "resolve", "-C", str(lab.root), "Batch/sweep", "--adopt", kept]) == 0
    assert lab.plan().plan.empty
    assert len(lab.batch_ids()) == 2
