"""The rescue file: what it holds, where it goes, and what it never does."""

from __future__ import annotations

import errno
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.core.attempt import Outcome
from reconciler.core.event import Concluded, Verb
from reconciler.store.disk import OsDisk, OsHandle
from reconciler.store.errors import StateUnreadable, StoreError, StoreFailed
from reconciler.store.rescue import RescuingStore, decode_rescue, is_rescue
from reconciler.store.s3.objects import NoBucket, Stored
from reconciler.store.sealed import Sealed, Unsealed
from tests.store.buckets import NAMES, store_of
from tests.store.samples import holder, intended, tokens
from tests.store.test_probe import Memory

_DONE = Concluded("2026-01-01T00:00:01Z", "i0", "QuantumTask/t0", Verb.CREATE, "0", Outcome.ACCEPTED, id="arn:0")


class Gone(Memory):
    """A bucket that is deleted when a test says so."""

    gone = False

    def get(self, key: str) -> Stored | None:
        self._there()
        return Memory.get(self, key)

    def put(self, key: str, body: bytes, if_etag: str | None) -> str:
        self._there()
        return Memory.put(self, key, body, if_etag)

    def _there(self) -> None:
        if self.gone:
            raise NoBucket("team-state")


def _store(objects: Memory, *folders: Path, disk: OsDisk | None = None, key: bytes = b"") -> RescuingStore:
    seal = Sealed([key]) if key else Unsealed()
    return RescuingStore(store_of(objects), NAMES, seal, folders, disk or OsDisk())


def _lost(objects: Gone, store: RescuingStore) -> StoreError:
    store.lock(holder("mine"))
    store.read()
    store.append(intended(0))
    objects.gone = True
    with pytest.raises(StoreFailed) as caught:
        store.append(_DONE)
    return caught.value


def test_what_came_after_the_call_is_in_the_file_that_the_message_names(tmp_path: Path) -> None:
    objects = Gone()
    told = _lost(objects, _store(objects, tmp_path)).diagnostic
    path = tmp_path / "study.dev.mine.qctl-rescue"
    assert str(path) in told.detail
    assert f"qctl state push {path}" in told.remedy
    data = path.read_bytes()
    assert is_rescue(data)
    rescued = decode_rescue(data, NAMES, path.name)
    assert rescued.events == (_DONE,)
    (attempt,) = rescued.state.records["QuantumTask/t0"].attempts
    assert attempt.id == "arn:0"


def test_later_events_and_a_failed_reading_add_to_it(tmp_path: Path) -> None:
    objects = Gone()
    store = _store(objects, tmp_path)
    _lost(objects, store)
    second = replace(_DONE, at="2026-01-01T00:00:02Z")
    with pytest.raises(StoreFailed):
        store.append(second)
    with pytest.raises(StoreFailed, match="There is no bucket"):
        store.read()
    (path,) = tmp_path.iterdir()
    assert decode_rescue(path.read_bytes(), NAMES, path.name).events == (_DONE, second)


def test_an_intent_that_was_not_recorded_is_not_rescued(tmp_path: Path) -> None:
    """Its call is not made, and pushing it would raise a doubt about nothing."""
    objects = Gone()
    store = _store(objects, tmp_path)
    store.lock(holder("mine"))
    store.read()
    objects.gone = True
    with pytest.raises(StoreFailed):
        store.append(intended(0))
    assert not list(tmp_path.iterdir())


def test_a_state_that_can_not_be_saved_is_rescued_whole(tmp_path: Path) -> None:
    objects = Gone()
    store = _store(objects, tmp_path)
    store.lock(holder("mine"))
    store.append(intended(0), intended(1))
    snapshot = store.read()
    objects.gone = True
    with pytest.raises(StoreFailed):
        store.write(snapshot.state, snapshot.version)
    (path,) = tmp_path.iterdir()
    rescued = decode_rescue(path.read_bytes(), NAMES, path.name)
    assert tokens(rescued.state) == [0, 1]
    assert rescued.events == (), "the journal had them"


class Full(OsDisk):
    """Has room nowhere but in one folder."""

    def __init__(self, room: Path) -> None:
        self._room = room

    def append(self, path: Path) -> OsHandle:
        if not path.is_relative_to(self._room):
            raise OSError(errno.ENOSPC, "No space left on device")
        return OsDisk.append(self, path)


def test_a_full_disk_is_passed_over(tmp_path: Path) -> None:
    objects = Gone()
    store = _store(objects, tmp_path / "full", tmp_path / "room", disk=Full(tmp_path / "room"))
    assert "room" in _lost(objects, store).diagnostic.detail
    assert [path.parent.name for path in tmp_path.rglob("*.qctl-rescue")] == ["room"]


def test_it_is_sealed_where_the_state_is(tmp_path: Path) -> None:
    objects = Gone()
    _lost(objects, RescuingStore(store_of(objects), NAMES, Sealed([b"k" * 32]), (tmp_path,)))
    (path,) = tmp_path.iterdir()
    assert b"QuantumTask" not in path.read_bytes()
    opened = Sealed([b"k" * 32]).open(path.read_bytes(), "rescue", path.name)
    assert decode_rescue(opened, NAMES, path.name).events == (_DONE,)


@pytest.mark.parametrize("edit", [lambda d: d[:-9], lambda d: d.replace(b"arn:0", b"arn:1"), lambda d: b'{"events":'])
def test_one_that_was_changed_is_refused(edit, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    objects = Gone()
    _lost(objects, _store(objects, tmp_path))
    (path,) = tmp_path.iterdir()
    with pytest.raises(StateUnreadable):
        decode_rescue(edit(path.read_bytes()), NAMES, path.name)
