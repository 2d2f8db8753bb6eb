"""A command that dies at any moment is in the log of the next one, with what it had paid by then."""

from __future__ import annotations

import pytest

from reconciler.core.account import Account, account
from reconciler.core.history import Ending
from tests.paid_once.bench import RUNS, Machine
from tests.paid_once.process import KILLED, run

# Where it dies, and how many runs it had made by then, as far as the record then knows.
BEGUN = (
    "after-journal:1",
    "before-journal:2",
    "after-journal:2",
    "before-create:1",
    "after-create:1",
    "after-outcome:1",
    "after-outcome:2",
    "before-state:1",
    "after-state-temp:1",
)


def _apply(machine: Machine, crash_at: str = "") -> int:
    return run(["apply", "-C", str(machine.root), "--auto-approve", "--parallelism", "1"], crash_at)


def _log(machine: Machine) -> Account:
    return account(machine.open().session.store.read().state, None, "", 10)


@pytest.mark.parametrize("point", BEGUN)
def test_a_killed_apply_is_in_the_log(machine: Machine, point: str) -> None:
    assert _apply(machine, point) == KILLED
    (alone,) = _log(machine).told
    assert (alone.entry.operation, alone.entry.ending, alone.entry.ended) == ("apply", Ending.UNFINISHED, "")
    known = sum(alone.counts.get(name, 0) for name in ("added", "unknown"))

    assert _apply(machine) == 0
    after = _log(machine).told
    killed = after[-1]
    sent = sum(len(told.attempts) for told in after)
    assert sent == RUNS, "each run is one command's, and no run is nobody's"
    assert len(killed.attempts) == known
    if len(after) == 1:  # everything was done and recorded but for the end: nothing was left to begin
        assert (known, killed.entry.ending) == (RUNS, Ending.UNFINISHED)
        return
    assert [told.entry.ending for told in after] == [Ending.COMPLETE, Ending.INTERRUPTED]
    assert killed.entry.id == alone.entry.id


@pytest.mark.parametrize("point", ["before-journal:1", "after-lock:1"])
def test_who_died_before_it_began_changed_nothing(machine: Machine, point: str) -> None:
    assert _apply(machine, point) == KILLED
    assert _log(machine).told == ()
    assert machine.world.status()["tasks"] == 0


@pytest.mark.parametrize("point", ["after-state:1", "after-journal-empty:1", "before-unlock:1"])
def test_who_died_after_it_had_saved_is_complete(machine: Machine, point: str) -> None:
    assert _apply(machine, point) == KILLED
    (told,) = _log(machine).told
    assert (told.entry.ending, dict(told.counts)) == (Ending.COMPLETE, {"added": RUNS})
