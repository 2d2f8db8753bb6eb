"""A holder that lost its lock: what it recorded reaches the others, and its successor's first object ends it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reconciler.store.errors import Conflict, LockLost, StateUnreadable, StoreError
from reconciler.store.s3.journal import KEPT, LONGEST
from reconciler.store.s3.store import S3Store
from tests.store.buckets import store_of, unique
from tests.store.samples import TurnedClock, holder, intended, tokens
from tests.store.test_probe import Memory


def _save(store: S3Store) -> None:
    snapshot = store.read()
    store.write(snapshot.state, snapshot.version)


def _steal(objects: Memory) -> None:
    """As somebody's rm: nobody is told, and no fence is written."""
    del objects.content["study.dev.lock"]


def _begun(objects: Memory, *numbers: int) -> S3Store:
    store = store_of(objects)
    store.lock(holder(unique()))
    store.read()
    for number in numbers:
        store.append(intended(number))
    return store


@pytest.mark.parametrize("saved", [False, True], ids=["before the heir saves", "after the heir saved"])
def test_the_old_holder_is_out_after_the_heirs_first_object(saved: bool) -> None:
    objects = Memory()
    old = _begun(objects, 0, 1)
    _steal(objects)
    heir = _begun(objects, 2, 3)
    if saved:
        _save(heir)
    for _ in range(2):
        with pytest.raises(LockLost):
            old.append(intended(99))
    with pytest.raises(StoreError):
        _save(old)
    assert tokens(store_of(objects).read().state) == [0, 1, 2, 3]


def test_what_the_old_holder_records_before_it_refuses_the_heir() -> None:
    objects = Memory()
    old = _begun(objects, 0)
    _steal(objects)
    heir = _begun(objects)  # has read, and plans
    old.append(intended(1))
    with pytest.raises(Conflict, match="grew after it was read"):
        heir.append(intended(2))
    assert tokens(store_of(objects).read().state) == [0, 1], "and the next one knows of it"


def test_a_heir_that_recorded_nothing_forgets_nothing() -> None:
    objects = Memory()
    old = _begun(objects, 0)
    _steal(objects)
    heir = _begun(objects)
    snapshot = heir.read()
    heir.write(snapshot.state, snapshot.version)
    old.append(intended(1))  # after the heir's save, under a number that it does not hold
    assert tokens(store_of(objects).read().state) == [0, 1]


def test_what_the_old_holder_records_before_a_save_refuses_the_save() -> None:
    objects = Memory()
    old = _begun(objects, 0)
    _steal(objects)
    heir = _begun(objects)
    snapshot = heir.read()
    old.append(intended(1))
    with pytest.raises(Conflict, match="grew after it was read"):
        heir.write(snapshot.state, snapshot.version)
    assert tokens(store_of(objects).read().state) == [0, 1]


def test_many_lives_later_the_old_number_is_still_taken() -> None:
    objects = Memory()
    old = _begun(objects, 0)
    _steal(objects)
    for number in range(1, 6):
        heir = _begun(objects, number)
        _save(heir)
        _steal(objects)
    with pytest.raises(LockLost):
        old.append(intended(99))
    assert tokens(store_of(objects).read().state) == list(range(6))


def test_first_objects_are_kept_for_so_long_and_the_others_are_not() -> None:
    objects, clock = Memory(), TurnedClock()
    store = store_of(objects, clock=clock)
    store.lock(holder(unique()))
    for number in range(4):
        store.append(intended(number))
    _save(store)
    journal = [key for key in objects.content if ".journal/" in key]
    assert journal == ["study.dev.journal/000000000001"], "the first one of its writer"
    clock.sleep(KEPT / timedelta(seconds=1) + 1)
    _save(store)
    assert not [key for key in objects.content if ".journal/" in key]


def test_whoever_holds_a_lock_for_too_long_records_nothing_more() -> None:
    objects, clock = Memory(), TurnedClock()
    store = store_of(objects, clock=clock)
    store.lock(holder(unique()))
    store.append(intended(0))
    assert LONGEST < KEPT
    clock.sleep(LONGEST / timedelta(seconds=1) + 1)
    with pytest.raises(LockLost, match="30 days ago"):
        store.append(intended(1))


def test_an_older_copy_put_back_by_hand_is_found_out() -> None:
    objects = Memory()
    store = _begun(objects, 0, 1)
    _save(store)
    old = objects.content["study.dev.json"]
    store.append(intended(2))
    store.append(intended(3))
    _save(store)
    store.append(intended(4))
    objects.content["study.dev.json"] = old
    with pytest.raises(StateUnreadable, match="does not fit its journal"):
        store_of(objects).read()


def test_an_object_in_another_ones_place_is_found_out() -> None:
    objects = Memory()
    _begun(objects, 0, 1)
    first, second = (f"study.dev.journal/{n:012d}" for n in (1, 2))
    objects.content[second] = objects.content[first]
    with pytest.raises(StateUnreadable, match="says that it is number 1"):
        store_of(objects).read()
