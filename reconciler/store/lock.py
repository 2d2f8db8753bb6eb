"""The lock: `flock` on a file that is never deleted. The system frees it when its holder dies, however it dies.

flock and not lockf: a POSIX lock is lost as soon as anything in the process closes the file.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from pathlib import Path

from reconciler.core.ports import Clock
from reconciler.store.crash import point
from reconciler.store.disk import failing_as_store
from reconciler.store.errors import LockHeld, LockInfo, LockLost, UnlockRefused

_POLL = 0.2  # seconds between two tries
_MODE = 0o644


class FileLock:
    """One lock file."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path, self._clock = path, clock
        self._descriptor: int | None = None

    def acquire(self, info: LockInfo, timeout: float) -> None:
        """Take it, trying for `timeout` seconds. Raises LockHeld, StoreFailed."""
        if self._descriptor is not None:
            raise LockHeld(info)
        deadline = self._clock.monotonic() + timeout
        with failing_as_store(f"Locking {self._path.name}"):
            while not self._try(info):
                if self._clock.monotonic() >= deadline:
                    raise LockHeld(self._holder())
                self._clock.sleep(_POLL)
        point("after-lock")

    def release(self) -> bool:
        """Give it back. False: it had been taken from us."""
        if self._descriptor is None:
            return False
        point("before-unlock")
        ours = self._is_ours()
        descriptor, self._descriptor = self._descriptor, None
        with failing_as_store(f"Unlocking {self._path.name}"):
            try:
                os.ftruncate(descriptor, 0)  # so that nobody reads the name of a holder who left
            finally:
                os.close(descriptor)
        return ours

    def check(self) -> None:
        """Raise LockLost unless the lock file on disk is the one we hold. Asked before every write."""
        if self._descriptor is None:
            raise LockLost("This command does not hold the lock")
        if not self._is_ours():
            raise LockLost("The lock was taken from this command")

    def take_away(self, lock_id: str) -> LockInfo:
        """Put a new lock file in the place of the one that this holder has. Raises UnlockRefused.

        The old holder keeps a lock on a file that has no name any more, and finds out by `check`. A holder that died
        needs none of this. Between our look at the id and the rename another holder may come in and be the one who is
        put out: it finds out in the same way, and a state is saved only over the version that was read.
        """
        with failing_as_store(f"Unlocking {self._path.name}"):
            if self._is_free():
                raise UnlockRefused(None, "Nobody holds the lock: the system frees it when its holder ends")
            info = self._holder()
            if info is None or info.id != lock_id:
                raise UnlockRefused(info, f"The lock is not held under the id {lock_id!r}")
            fresh = self._path.with_name(f"{self._path.name}.{secrets.token_hex(8)}")
            os.close(_open(fresh))
            fresh.replace(self._path)
        return info

    def _try(self, info: LockInfo) -> bool:
        descriptor = _open(self._path)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        if not _same(descriptor, self._path):
            # The file was replaced between our open and our flock: this lock guards nothing.
            os.close(descriptor)
            return self._try(info)
        try:
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, json.dumps(info.to_json()).encode() + b"\n", 0)
        except BaseException:  # Ctrl-C too: a command in a longer process must not go and keep the lock
            os.close(descriptor)
            raise
        self._descriptor = descriptor
        return True

    def _is_free(self) -> bool:
        if not self._path.exists():
            return True
        descriptor = _open(self._path)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        finally:
            os.close(descriptor)
        return True

    def _holder(self) -> LockInfo | None:
        try:
            return LockInfo(**json.loads(self._path.read_bytes()))
        except (ValueError, TypeError):
            return None  # the holder has the lock and has not written yet who it is

    def _is_ours(self) -> bool:
        return self._descriptor is not None and _same(self._descriptor, self._path)


def _open(path: Path) -> int:
    # O_CLOEXEC: a program that we start must not keep the lock when we are gone.
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _MODE)


def _same(descriptor: int, path: Path) -> bool:
    try:
        there = path.stat()
    except FileNotFoundError:
        return False
    here = os.fstat(descriptor)
    return (here.st_dev, here.st_ino) == (there.st_dev, there.st_ino)
