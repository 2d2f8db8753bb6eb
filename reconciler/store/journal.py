"""The journal of what happened since the state was saved. Its lines are on disk before anybody relies on them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from reconciler.store.crash import point
from reconciler.store.disk import Disk, Handle, failing_as_store
from reconciler.store.errors import StoreFailed
from reconciler.store.group import GroupCommit
from reconciler.store.line import line, scan, sealed
from reconciler.store.sealed import Seal, Unsealed


class Journal(GroupCommit):
    """The journal in the hands of the lock's holder. Threads may share it.

    `guard` raises when the lock is no longer ours; it is asked before each write.
    """

    def __init__(
        self, path: Path, disk: Disk, guard: Callable[[], None], folded: int, seal: Seal | None = None
    ) -> None:
        """Open for writing. What a crash left unfinished is cut off; what the state already holds is removed."""
        super().__init__(path.name)
        self._path, self._disk, self._guard = path, disk, guard
        self._handle: Handle | None = None
        self._seal = seal or Unsealed()
        found = scan(read_journal(path, disk), path.name, folded, self._seal)
        self.last = max(folded, found.entries[-1].number if found.entries else 0)
        self._length = found.length
        with failing_as_store(f"Opening {path.name}"):
            if found.entries and self.last == folded:
                # A crash came between saving the state and emptying the journal.
                self._remove()
            elif found.torn:
                self._cut()

    def empty(self, folded: int) -> None:
        """Forget what a saved state holds. Lines that came after `folded` keep everything where it is."""
        with self._room, failing_as_store(f"Emptying {self._path.name}"):
            self._still()
            if self.last == folded:
                self._remove()

    def close(self) -> None:
        """Let go of the file."""
        if self._handle:
            self._handle.close()
            self._handle = None

    def _write(self, bodies: list[bytes]) -> None:
        self._guard()
        group = self.last + 1
        data = b"".join(line(group + i, group, sealed(body, group + i, self._seal)) for i, body in enumerate(bodies))
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


def read_journal(path: Path, disk: Disk) -> bytes:
    """The journal's bytes; none when there is no journal."""
    try:
        with failing_as_store(f"Reading {path.name}"):
            return disk.read(path)
    except StoreFailed as error:
        if isinstance(error.__cause__, FileNotFoundError):
            return b""
        raise
