"""The journal of what happened since the state was saved. Its lines are on disk before anybody relies on them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from reconciler.core.event import Event
from reconciler.store.crash import point
from reconciler.store.disk import Disk, Handle, failing_as_store
from reconciler.store.errors import StoreError, StoreFailed
from reconciler.store.line import Scan, line, payload, scan


class _Ticket:
    """The lines of one `append` call, waiting for a sync."""

    __slots__ = ("bodies", "done", "error")

    def __init__(self, bodies: list[bytes]) -> None:
        self.bodies = bodies
        self.done = False
        self.error: StoreError | None = None


class Journal:
    """The journal in the hands of the lock's holder. Threads may share it.

    `guard` raises when the lock is no longer ours; it is asked before each write.
    """

    def __init__(self, path: Path, disk: Disk, guard: Callable[[], None], folded: int) -> None:
        """Open for writing. What a crash left unfinished is cut off; what the state already holds is removed."""
        self._path, self._disk, self._guard = path, disk, guard
        self._room = threading.Condition()
        self.waiting: list[_Ticket] = []
        self._writing = False
        self._handle: Handle | None = None
        self._broken: StoreFailed | None = None
        found = _found(path, disk, folded)
        self.last = max(folded, found.entries[-1].number if found.entries else 0)
        self._length = found.length
        with failing_as_store(f"Opening {path.name}"):
            if found.entries and self.last == folded:
                # A crash came between saving the state and emptying the journal.
                self._remove()
            elif found.torn:
                self._cut()

    def append(self, events: tuple[Event, ...]) -> None:
        """Return when the events are on disk. Raises StoreFailed: then nobody may rely on them."""
        ticket = _Ticket([payload(event) for event in events])
        with self._room:
            self.waiting.append(ticket)
            # Whoever comes first writes for all who arrive during the sync before it: one sync for many threads.
            self._room.wait_for(lambda: ticket.done or not self._writing)
            if ticket.done:
                return _raise(ticket.error)
            self._writing = True
            batch, self.waiting = self.waiting, []
        # Without an answer from _commit this thread was interrupted, perhaps in the middle of a line.
        error: StoreError | None = StoreFailed(f"Writing {self._path.name}", "interrupted")
        try:
            error = self._commit(batch)
        finally:
            self._finish(batch, error)
        return _raise(error)

    def empty(self, folded: int) -> None:
        """Forget what a saved state holds. Lines that came after `folded` keep everything where it is."""
        with self._room, failing_as_store(f"Emptying {self._path.name}"):
            self._room.wait_for(lambda: not self._writing)
            if self.last == folded:
                self._remove()

    def close(self) -> None:
        """Let go of the file."""
        if self._handle:
            self._handle.close()
            self._handle = None

    def _commit(self, batch: list[_Ticket]) -> StoreError | None:
        try:
            if self._broken:
                return self._broken
            self._guard()
            self._write([body for ticket in batch for body in ticket.bodies])
        except StoreError as error:
            return error
        return None

    def _finish(self, batch: list[_Ticket], error: StoreError | None) -> None:
        with self._room:
            self._writing = False
            if isinstance(error, StoreFailed):
                # After a failed sync nobody knows which pages are on disk, and a second sync may lie: write no more.
                self._broken = error
            for ticket in batch:
                ticket.done, ticket.error = True, error
            self._room.notify_all()

    def _write(self, bodies: list[bytes]) -> None:
        group = self.last + 1
        data = b"".join(line(group + i, group, body) for i, body in enumerate(bodies))
        point("before-journal")
        try:
            with failing_as_store(f"Writing {self._path.name}"):
                handle = self._opened()
                handle.write(data)
                handle.sync()
        except StoreFailed:
            # If even this fails the lines stay, whole or torn. That is harmless: an intent without an outcome is asked
            # about before anything is paid.
            with suppress(OSError):
                self._cut()
            raise
        point("after-journal")
        self.last += len(bodies)
        self._length += len(data)

    def _opened(self) -> Handle:
        if self._handle is None:
            self._handle = self._disk.append(self._path)
            # The file's name must be as durable as the lines in it.
            self._disk.sync_folder(self._path.parent)
        return self._handle

    def _cut(self) -> None:
        handle = self._opened()
        handle.truncate(self._length)
        handle.sync()

    def _remove(self) -> None:
        # Not truncated in place: a reader without the lock who has the file open still sees the whole of it.
        self.close()
        self._disk.remove(self._path)
        self._length = 0


def _found(path: Path, disk: Disk, folded: int) -> Scan:
    return scan(read_journal(path, disk), path.name, folded)


def read_journal(path: Path, disk: Disk) -> bytes:
    """The journal's bytes; none when there is no journal."""
    try:
        with failing_as_store(f"Reading {path.name}"):
            return disk.read(path)
    except StoreFailed as error:
        if isinstance(error.__cause__, FileNotFoundError):
            return b""
        raise


def _raise(error: StoreError | None) -> None:
    if error:
        raise error
