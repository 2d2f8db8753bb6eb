"""A disk that is full, or fails, leaves what was saved and says so."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from reconciler.store.disk import OsDisk, OsHandle
from reconciler.store.errors import StoreFailed
from tests.store.samples import holder, intended, store_in, tokens


class FullDisk(OsDisk):
    """Takes `room` bytes more and then no more; half-written pieces stay."""

    def __init__(self) -> None:
        self.room = 10**9

    def append(self, path: Path) -> OsHandle:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        return _FullHandle(self, os.open(path, flags, 0o644))


class _FullHandle(OsHandle):
    def __init__(self, disk: FullDisk, descriptor: int) -> None:
        super().__init__(descriptor)
        self._disk = disk

    def write(self, data: bytes) -> None:
        taken, self._disk.room = data[: self._disk.room], max(0, self._disk.room - len(data))
        super().write(taken)
        if len(taken) < len(data):
            raise OSError(errno.ENOSPC, "No space left on device")


def test_a_state_that_does_not_fit_leaves_the_old_one(tmp_path: Path) -> None:
    disk = FullDisk()
    store = store_in(tmp_path, disk)
    store.lock(holder())
    store.append(intended(0))
    version = store.write(store.read().state, None)
    store.append(intended(1))
    before = (tmp_path / "study.dev.json").read_bytes()

    disk.room = 100
    with pytest.raises(StoreFailed, match=r"Saving study.dev.json: No space left on device"):
        store.write(store.read().state, version)

    assert (tmp_path / "study.dev.json").read_bytes() == before
    assert not list(tmp_path.glob("*.tmp")), "the piece that was written gives its room back"
    left = store_in(tmp_path).read()
    assert (tokens(left.state), left.version) == ([0, 1], version)


@pytest.mark.parametrize("room", [0, 50])
def test_a_journal_line_that_does_not_fit_is_cut_off_and_nothing_is_written_after_it(room: int, tmp_path: Path) -> None:
    disk = FullDisk()
    store = store_in(tmp_path, disk)
    store.lock(holder())
    store.append(intended(0))

    disk.room = room
    with pytest.raises(StoreFailed, match=r"Writing study.dev.journal: No space left on device"):
        store.append(intended(1))
    disk.room = 10**9
    with pytest.raises(StoreFailed):
        store.append(intended(2))

    left = store_in(tmp_path).read()
    assert (tokens(left.state), left.torn) == ([0], False)


def test_a_folder_that_can_not_be_made_is_a_store_failure(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file stands where the folder should be")
    with pytest.raises(StoreFailed, match="Making state"):
        store_in(tmp_path / "state").lock(holder())


def test_a_lock_that_can_not_be_followed_by_tidying_is_given_back(tmp_path: Path) -> None:
    class _Blind(OsDisk):
        def names(self, folder: Path) -> list[str]:
            raise OSError(errno.EACCES, "Permission denied", str(folder))

    with pytest.raises(StoreFailed, match="Permission denied"):
        store_in(tmp_path, _Blind()).lock(holder())
    assert store_in(tmp_path).lock(holder("mine")).info.id == "mine"


def test_a_state_that_can_not_be_read_is_a_store_failure_and_no_empty_state(tmp_path: Path) -> None:
    (tmp_path / "study.dev.json").mkdir()
    with pytest.raises(StoreFailed, match=r"Reading study.dev.json"):
        store_in(tmp_path).read()
