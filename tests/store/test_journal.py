"""Many threads share a sync, and none returns before its own lines are on disk."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from reconciler.store.errors import LockLost, StoreFailed
from reconciler.store.journal import Journal
from reconciler.store.line import scan
from tests.store.power import ForgetfulDisk, ForgetfulHandle, synced
from tests.store.samples import holder, intended, store_in, tokens

PATH = Path("state/study.dev.journal")


@dataclass(slots=True)
class GatedDisk(ForgetfulDisk):
    """Its syncs wait for the gate, so that a test decides who arrives meanwhile."""

    gate: threading.Event = field(default_factory=threading.Event)
    syncing: threading.Event = field(default_factory=threading.Event)

    def append(self, path: Path) -> ForgetfulHandle:
        return _GatedHandle(self, ForgetfulDisk.append(self, path).inode)


class _GatedHandle(ForgetfulHandle):
    def sync(self) -> None:
        assert isinstance(self.disk, GatedDisk)
        self.disk.syncing.set()
        assert self.disk.gate.wait(30)
        super().sync()


def _journal(disk: ForgetfulDisk) -> Journal:
    return Journal(PATH, disk, guard=lambda: None, folded=0)


def test_eight_threads_share_two_syncs() -> None:
    disk = GatedDisk()
    journal = _journal(disk)
    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(journal.append, (intended(0),))
        assert disk.syncing.wait(30)
        others = [pool.submit(journal.append, (intended(i), intended(i + 10))) for i in range(1, 8)]
        while len(journal.waiting) < 7:
            assert not any(each.done() for each in [first, *others]), "nobody returns before the sync"
        disk.gate.set()
        for each in [first, *others]:
            assert each.result(30) is None
    assert disk.syncs == 2
    assert journal.last == 15


def test_what_eight_threads_appended_is_on_disk_in_one_order_without_holes(tmp_path: Path) -> None:
    disk = ForgetfulDisk()
    store = store_in(tmp_path, disk)
    store.lock(holder())

    def work(thread: int) -> None:
        for i in range(25):
            store.append(intended(thread * 100 + i))
            survives = disk.after_cut(names_survive=False, surviving=synced)
            assert b'"token":"%d"' % (thread * 100 + i) in survives.read(tmp_path / "study.dev.journal")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    found = tokens(store_in(tmp_path, disk).read().state)
    assert found == sorted(thread * 100 + i for thread in range(8) for i in range(25))


@dataclass(slots=True)
class _FailingDisk(ForgetfulDisk):
    failing: bool = False

    def append(self, path: Path) -> ForgetfulHandle:
        return _FailingHandle(self, ForgetfulDisk.append(self, path).inode)


class _FailingHandle(ForgetfulHandle):
    def sync(self) -> None:
        assert isinstance(self.disk, _FailingDisk)
        if self.disk.failing:
            raise OSError(5, "Input/output error")
        super().sync()


def test_after_a_failed_sync_nothing_more_is_written() -> None:
    """The system may have thrown the unwritten pages away, and call the next sync a success."""
    disk = _FailingDisk()
    journal = _journal(disk)
    journal.append((intended(0),))
    disk.failing = True
    with pytest.raises(StoreFailed, match="Input/output error"):
        journal.append((intended(1),))
    disk.failing = False
    with pytest.raises(StoreFailed):
        journal.append((intended(2),))
    assert journal.last == 1


def test_a_thread_that_is_interrupted_leaves_nobody_waiting_and_no_half_line_in_the_middle() -> None:
    class _Interrupted(ForgetfulHandle):
        def write(self, data: bytes) -> None:
            super().write(data[:20])
            raise KeyboardInterrupt

    class _Disk(ForgetfulDisk):
        def append(self, path: Path) -> ForgetfulHandle:
            return _Interrupted(self, ForgetfulDisk.append(self, path).inode)

    disk = _Disk()
    journal = _journal(disk)
    with pytest.raises(KeyboardInterrupt):
        journal.append((intended(0),))
    with pytest.raises(StoreFailed, match="interrupted"):
        journal.append((intended(1),))
    assert len(disk.read(PATH)) == 20


def test_the_lock_is_asked_for_at_the_moment_of_writing() -> None:
    """A thread may have waited through another's sync; the check that it made before is old by then."""

    def lost() -> None:
        raise LockLost("taken")

    disk = ForgetfulDisk()
    with pytest.raises(LockLost):
        Journal(PATH, disk, guard=lost, folded=0).append((intended(0),))
    assert PATH not in disk.names_now


def test_emptying_keeps_what_came_after_the_save() -> None:
    disk = ForgetfulDisk()
    journal = _journal(disk)
    journal.append((intended(0),))
    journal.append((intended(1),))
    journal.empty(folded=1)
    assert len(scan(disk.read(PATH), "j", folded=1).entries) == 2
    journal.empty(folded=2)
    assert PATH not in disk.names_now


def test_a_torn_end_is_cut_by_the_next_writer() -> None:
    disk = ForgetfulDisk()
    _journal(disk).append((intended(0), intended(1)))
    whole = disk.read(PATH)
    disk.names_now[PATH].content = whole[:-5]
    second = _journal(disk)
    assert whole.startswith(disk.read(PATH))
    assert disk.read(PATH).endswith(b"\n")
    second.append((intended(2),))
    assert second.last == 2
    assert _journal(disk).last == 2
