"""What every store promises, whatever it rests on: one list of cases, run for each of them by test_contract*.py."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from reconciler.core.event import Finished
from reconciler.core.history import Ending
from reconciler.core.state import fold
from reconciler.store.copies import StateMoved
from reconciler.store.errors import Conflict, LockHeld, LockLost, StoreError, UnlockRefused
from reconciler.store.port import Archive, locked
from tests.store.buckets import NAMES, unique
from tests.store.samples import begun, holder, intended, tokens

Make = Callable[[], Archive]  # each call is another machine at the same state
_THREADS = 8


def a_first_read_invents_nothing_and_writes_nothing(make: Make) -> None:
    fresh = make().read()
    assert (fresh.version, fresh.state.serial, dict(fresh.state.records)) == (None, 0, {})
    assert make().read().version is None


def events_are_remembered_before_and_after_the_save(make: Make) -> None:
    store = make()
    with locked(store, holder(unique())):
        store.append(intended(0), intended(1))
        before = make().read()
        version = store.write(store.read().state, None)
        after = make().read()
    assert tokens(before.state) == tokens(after.state) == [0, 1]
    assert (before.version, after.version) == (None, version)
    assert (before.state.serial, after.state.serial) == (0, 1)
    assert before.unsaved == {"0", "1"}
    assert after.unsaved == frozenset()


def a_command_is_in_the_log_before_and_after_the_save(make: Make) -> None:
    store = make()
    with locked(store, holder(unique())):
        store.append(begun("e1"), intended(0))
        before = make().read().state
        snapshot = store.read()
        done = Finished("2026-01-01T00:01:00Z", "e1", Ending.COMPLETE, {"added": 1})
        store.write(fold(snapshot.state, [done]), snapshot.version)
    after = make().read().state
    assert [(e.id, e.ending) for e in before.log] == [("e1", Ending.UNFINISHED)]
    assert [(e.id, e.ending, dict(e.counts)) for e in after.log] == [("e1", Ending.COMPLETE, {"added": 1})]
    assert before.records == after.records
    assert after.records["QuantumTask/t0"].log == ("e1",)


def saving_again_and_again_counts(make: Make) -> None:
    store = make()
    with locked(store, holder(unique())):
        for number in range(4):
            store.append(intended(number))
            snapshot = store.read()
            store.write(snapshot.state, snapshot.version)
    left = make().read().state
    assert (tokens(left), left.serial) == ([0, 1, 2, 3], 4)


def a_dead_writer_leaves_everything_to_the_next(make: Make) -> None:
    dead = make()
    info = holder(unique())
    dead.lock(info)
    dead.append(intended(0))
    dead.append(intended(1), intended(2))
    make().force_unlock(info.id) if _is_held(make) else None
    heir = make()
    with locked(heir, holder(unique())):
        snapshot = heir.read()
        assert tokens(snapshot.state) == [0, 1, 2]
        heir.append(intended(3))
        snapshot = heir.read()
        heir.write(snapshot.state, snapshot.version)
    assert tokens(make().read().state) == [0, 1, 2, 3]


def a_held_lock_is_refused_with_its_holder(make: Make) -> None:
    info = holder(unique())
    with locked(make(), info):
        with pytest.raises(LockHeld) as caught:
            make().lock(holder(unique()))
        assert caught.value.info == info
        with pytest.raises(LockHeld):
            make().lock(holder(unique()), timeout=3.0)
    with locked(make(), holder(unique())):
        """Free again."""


def a_lock_given_back_is_told_from_one_taken_away(make: Make) -> None:
    store = make()
    assert store.unlock(store.lock(holder(unique()))) is True
    held = store.lock(holder("mine"))
    make().force_unlock("mine")
    assert store.unlock(held) is False


def only_the_holder_by_its_id_is_put_out(make: Make) -> None:
    with pytest.raises(UnlockRefused):
        make().force_unlock("nobody")
    with locked(store := make(), holder("mine")):
        with pytest.raises(UnlockRefused) as caught:
            make().force_unlock("another")
        assert caught.value.info is not None
        assert caught.value.info.id == "mine"
        store.append(intended(0))


def whoever_was_put_out_records_nothing_more(make: Make) -> None:
    old = make()
    old.lock(holder("old"))
    old.append(intended(0))
    snapshot = old.read()
    make().force_unlock("old")
    with pytest.raises(LockLost):
        old.append(intended(1))
    with pytest.raises(StoreError):
        old.write(snapshot.state, snapshot.version)
    assert tokens(make().read().state) == [0]


def nothing_is_recorded_without_the_lock(make: Make) -> None:
    store = make()
    with pytest.raises(LockLost):
        store.append(intended(0))
    with pytest.raises(LockLost):
        store.write(store.read().state, None)


def saving_over_a_later_save_is_a_conflict_that_says_what_stands_there(make: Make) -> None:
    store = make()
    with locked(store, holder(unique())):
        state = store.read().state
        version = store.write(state, None)
        for stale in (None, "id99"):
            with pytest.raises(Conflict, match="saved by another command") as caught:
                store.write(state, stale)
            assert caught.value.standing is not None
            assert (caught.value.standing.serial, caught.value.standing.version) == (1, version)


def a_state_of_another_lineage_is_no_successor(make: Make) -> None:
    store = make()
    with locked(store, holder(unique())):
        state = store.read().state
        version = store.write(state, None)
        with pytest.raises(Conflict, match="another lineage"):
            store.write(replace(state, lineage="another"), version)


def events_that_came_after_the_read_are_not_forgotten_by_a_save(make: Make) -> None:
    early = make()
    stale = early.read()
    with locked(other := make(), holder(unique())):
        other.append(intended(0))
    with locked(early, holder(unique())):
        with pytest.raises(Conflict, match="grew after it was read"):
            early.write(stale.state, stale.version)
        early.write(early.read().state, None)
    assert tokens(make().read().state) == [0]


def what_others_recorded_and_saved_since_a_read_is_gone_on_from(make: Make) -> None:
    """As `wait` does: it read long ago, and records only what it saw since."""
    store = make()
    store.read()
    with locked(other := make(), holder(unique())):
        other.append(intended(0), intended(1))
        snapshot = other.read()
        other.write(snapshot.state, snapshot.version)
    with locked(store, holder(unique())):
        store.append(intended(2))
        snapshot = store.read()
        store.write(snapshot.state, snapshot.version)
    assert tokens(make().read().state) == [0, 1, 2]


def threads_share_a_journal(make: Make) -> None:
    store = make()
    with locked(store, holder(unique())):
        store.append(intended(0))
        barrier = threading.Barrier(_THREADS)

        def one(number: int) -> None:
            barrier.wait()
            store.append(intended(number))

        with ThreadPoolExecutor(_THREADS) as pool:
            list(pool.map(one, range(1, _THREADS + 1)))
        assert tokens(make().read().state) == list(range(_THREADS + 1))
        snapshot = store.read()
        store.write(snapshot.state, snapshot.version)
    assert tokens(make().read().state) == list(range(_THREADS + 1))


def of_many_that_lock_at_once_one_wins(make: Make) -> None:
    for _ in range(3):
        barrier = threading.Barrier(_THREADS)

        def one(_: int, barrier: threading.Barrier = barrier) -> tuple[Archive, object] | None:
            store = make()
            barrier.wait()
            try:
                return store, store.lock(holder(unique()))
            except LockHeld:
                return None

        with ThreadPoolExecutor(_THREADS) as pool:
            winners = [won for won in pool.map(one, range(_THREADS)) if won]
        assert len(winners) == 1
        for store, held in winners:
            store.unlock(held)  # type: ignore[arg-type]


def earlier_saves_can_be_looked_at(make: Make) -> None:
    store = make()
    with locked(store, holder(unique())):
        for number in range(3):
            store.append(intended(number))
            snapshot = store.read()
            store.write(snapshot.state, snapshot.version)
    assert [copy.serial for copy in make().history()] == [3, 2, 1]
    assert [tokens(make().past(serial)) for serial in (1, 2, 3)] == [[0], [0, 1], [0, 1, 2]]
    with pytest.raises(StoreError, match="No copy with serial 9"):
        make().past(9)


def a_state_that_moved_is_read_nowhere_else(make: Make) -> None:
    store = make()
    with locked(store, holder(unique())):
        store.append(intended(0))
        store.write(store.read().state, None)
        store.retire("s3://elsewhere/qctl")
        store.retire("s3://elsewhere/qctl")
    with pytest.raises(StateMoved, match="s3://elsewhere/qctl"):
        make().read()
    make().welcome()
    assert tokens(make().read().state) == [0]


def _is_held(make: Make) -> bool:
    """A local lock ends with its process; this one's is still alive, and holds it like a bucket's."""
    try:
        store = make()
        store.unlock(store.lock(holder(unique())))
    except LockHeld:
        return True
    return False


def an_environment_is_listed_as_soon_as_anything_is_recorded(make: Make) -> None:
    assert list(make().environments()) == []
    store = make()
    with locked(store, holder(unique())):
        store.append(intended(0))
        assert list(make().environments()) == [NAMES.environment]
        snapshot = store.read()
        store.write(snapshot.state, snapshot.version)
    assert list(make().environments()) == [NAMES.environment]


CASES = (
    an_environment_is_listed_as_soon_as_anything_is_recorded,
    a_first_read_invents_nothing_and_writes_nothing,
    events_are_remembered_before_and_after_the_save,
    a_command_is_in_the_log_before_and_after_the_save,
    saving_again_and_again_counts,
    a_dead_writer_leaves_everything_to_the_next,
    a_held_lock_is_refused_with_its_holder,
    a_lock_given_back_is_told_from_one_taken_away,
    only_the_holder_by_its_id_is_put_out,
    whoever_was_put_out_records_nothing_more,
    nothing_is_recorded_without_the_lock,
    saving_over_a_later_save_is_a_conflict_that_says_what_stands_there,
    a_state_of_another_lineage_is_no_successor,
    events_that_came_after_the_read_are_not_forgotten_by_a_save,
    what_others_recorded_and_saved_since_a_read_is_gone_on_from,
    threads_share_a_journal,
    of_many_that_lock_at_once_one_wins,
    earlier_saves_can_be_looked_at,
    a_state_that_moved_is_read_nowhere_else,
)
