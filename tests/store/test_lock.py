"""One holder at a time; a dead one holds nothing; one who was put out finds out before it writes."""

from __future__ import annotations

import fcntl
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reconciler.store.disk import OsDisk, OsHandle
from reconciler.store.errors import LockHeld, LockLost, UnlockRefused
from reconciler.store.local import LocalStore
from reconciler.store.port import locked
from tests.store.killing import ROOT, command
from tests.store.samples import TurnedClock, holder, intended, store_in, tokens


@contextmanager
def _another_process(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A writer that holds the lock for as long as the block runs."""
    with subprocess.Popen(command(folder, 10**6), cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        child.stdout.readline()
        child.send_signal(signal.SIGSTOP)  # it lives, and does nothing more
        try:
            yield child
        finally:
            child.kill()


def test_another_process_is_refused_and_told_who_holds_the_lock(tmp_path: Path) -> None:
    with _another_process(tmp_path), pytest.raises(LockHeld) as caught:
        store_in(tmp_path).lock(holder("mine"))
    assert caught.value.info == holder()
    assert "ada on host-1 (process 42) for `apply`" in caught.value.diagnostic.detail
    assert "qctl state force-unlock lock-1" in caught.value.diagnostic.remedy


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    with _another_process(tmp_path) as child:
        child.kill()
        child.wait()
        assert store_in(tmp_path).lock(holder("mine")).info.id == "mine"


def test_reading_needs_no_lock(tmp_path: Path) -> None:
    with _another_process(tmp_path):
        assert tokens(store_in(tmp_path).read().state)


def test_waiting_ends_at_the_timeout_and_not_before(tmp_path: Path) -> None:
    store_in(tmp_path).lock(holder())
    clock = TurnedClock()
    with pytest.raises(LockHeld):
        store_in(tmp_path, clock=clock).lock(holder("mine"), timeout=3.0)
    assert 3.0 <= clock.passed < 3.5


class _ClockThat(TurnedClock):
    """Lets something happen while others wait."""

    def __init__(self, happens: Callable[[], object]) -> None:
        super().__init__()
        self._happens = happens

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        self._happens()


def test_waiting_succeeds_as_soon_as_the_holder_lets_go(tmp_path: Path) -> None:
    first = store_in(tmp_path)
    held = first.lock(holder())
    clock = _ClockThat(lambda: first.unlock(held))
    assert store_in(tmp_path, clock=clock).lock(holder("mine"), timeout=60).info.id == "mine"
    assert clock.passed < 1


def test_the_lock_file_stays_and_names_nobody_after_the_end(tmp_path: Path) -> None:
    with locked(store_in(tmp_path), holder()):
        pass
    assert (tmp_path / "study.dev.lock").read_bytes() == b""


def test_a_block_that_fails_gives_the_lock_back(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="oh"), locked(store_in(tmp_path), holder()):
        raise RuntimeError("oh")
    assert store_in(tmp_path).lock(holder("mine"))


def test_a_holder_who_has_not_yet_written_its_name_is_still_a_holder(tmp_path: Path) -> None:
    store_in(tmp_path).lock(holder())
    (tmp_path / "study.dev.lock").write_bytes(b"")
    with pytest.raises(LockHeld, match="another process"):
        store_in(tmp_path).lock(holder("mine"))


def _put_out(folder: Path) -> tuple[LocalStore, LocalStore]:
    """An old holder that has lost its lock, and a new one."""
    old, new = store_in(folder), store_in(folder)
    old.lock(holder())
    assert new.force_unlock("lock-1") == holder()
    new.lock(holder("mine"))
    return old, new


def test_a_forced_unlock_lets_another_in_and_the_old_holder_writes_nothing_more(tmp_path: Path) -> None:
    old, new = _put_out(tmp_path)
    with pytest.raises(LockLost, match="taken from this command"):
        old.append(intended(0))
    with pytest.raises(LockLost):
        old.write(old.read().state, None)
    new.append(intended(0))
    assert tokens(new.read().state) == [0]


def test_an_old_holder_with_an_open_journal_notices_too(tmp_path: Path) -> None:
    old = store_in(tmp_path)
    old.lock(holder())
    old.append(intended(0))
    new = store_in(tmp_path)
    new.force_unlock("lock-1")
    with pytest.raises(LockLost):
        old.append(intended(1))
    assert tokens(new.read().state) == [0]


def test_the_old_holder_is_told_at_the_end_and_frees_nothing_of_the_new_one(tmp_path: Path) -> None:
    old, new = store_in(tmp_path), store_in(tmp_path)
    held = old.lock(holder())
    new.force_unlock("lock-1")
    mine = new.lock(holder("mine"))
    assert old.unlock(held) is False
    with pytest.raises(LockHeld):
        store_in(tmp_path).lock(holder("third"))
    assert new.unlock(mine) is True


def test_a_forced_unlock_wants_the_right_id(tmp_path: Path) -> None:
    store_in(tmp_path).lock(holder())
    with pytest.raises(UnlockRefused) as caught:
        store_in(tmp_path).force_unlock("lock-2")
    assert caught.value.diagnostic.remedy == "The lock's id is lock-1."
    with pytest.raises(LockHeld):
        store_in(tmp_path).lock(holder("mine"))


def test_there_is_nothing_to_force_when_nobody_holds_the_lock(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    for _ in range(2):  # before the first use, and after it
        with pytest.raises(UnlockRefused, match="Nobody holds the lock"):
            store.force_unlock("lock-1")
        store.unlock(store.lock(holder()))


def test_writing_without_the_lock_is_refused(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    with pytest.raises(LockLost, match="does not hold the lock"):
        store.append(intended(0))
    with pytest.raises(LockLost):
        store.write(store.read().state, None)
    assert list(tmp_path.iterdir()) == []


def test_a_lock_on_a_file_that_was_just_replaced_guards_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another command's forced unlock comes between our open and our flock."""
    real, file = fcntl.flock, tmp_path / "study.dev.lock"
    (tmp_path / "fresh").touch()

    def late(descriptor: int, operation: int) -> None:
        monkeypatch.undo()
        (tmp_path / "fresh").replace(file)
        real(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", late)
    store_in(tmp_path).lock(holder())
    with pytest.raises(LockHeld):
        store_in(tmp_path).lock(holder("mine"))


def test_a_command_without_the_lock_does_not_even_tidy_the_journal(tmp_path: Path) -> None:
    journal = tmp_path / "study.dev.journal"
    journal.write_bytes(b"1 1 30 a line that the holder is just wri")
    store = store_in(tmp_path)
    with pytest.raises(LockLost):
        store.write(store.read().state, None)
    assert journal.read_bytes() == b"1 1 30 a line that the holder is just wri"


class _SlowDisk(OsDisk):
    """Something happens while a new state is on its way to the disk."""

    def __init__(self, happens: Callable[[], object]) -> None:
        self._happens = happens

    def append(self, path: Path) -> OsHandle:
        if path.name.endswith(".tmp"):
            self._happens()
        return super().append(path)


def test_a_holder_put_out_while_it_saves_does_not_save(tmp_path: Path) -> None:
    old = store_in(tmp_path, _SlowDisk(lambda: store_in(tmp_path).force_unlock("lock-1")))
    old.lock(holder())
    with pytest.raises(LockLost):
        old.write(old.read().state, None)
    assert [path.name for path in tmp_path.iterdir()] == ["study.dev.lock"]


def test_a_program_started_by_the_holder_does_not_keep_the_lock(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    held = store.lock(holder())
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, close_fds=False) as child:
        store.unlock(held)
        assert store_in(tmp_path).lock(holder("mine"))
        child.kill()
