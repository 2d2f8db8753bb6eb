"""Earlier copies of a local state, in a folder beside it."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from reconciler.store.copies import KEPT_COPIES, Copy, copy_name, copy_of, no_such_copy
from reconciler.store.disk import Disk, failing_as_store
from reconciler.store.format import Header


class LocalCopies:
    """The copies of one state. For people who look back: nothing relies on them, so they are not synced."""

    def __init__(self, folder: Path, disk: Disk) -> None:
        self._folder, self._disk = folder, disk

    def keep(self, header: Header, data: bytes) -> None:
        """Keep what was just saved, and forget what is too old. No sync: the state itself has had one."""
        with suppress(OSError):  # the state is saved: a copy that can't be kept is no reason to fail
            self._folder.mkdir(exist_ok=True)
            handle = self._disk.append(self._folder / copy_name(header.serial, header.write_id))
            try:
                handle.write(data)
            finally:
                handle.close()
            for old in sorted(self._names())[:-KEPT_COPIES]:
                self._disk.remove(self._folder / old)

    def all(self) -> list[Copy]:
        """Newest first."""
        with failing_as_store(f"Reading {self._folder.name}"):
            found = [copy_of(name, self._time(name)) for name in self._names()]
        return sorted((copy for copy in found if copy), key=lambda copy: copy.serial, reverse=True)

    def read(self, serial: int) -> tuple[str, bytes]:
        """A copy with its name."""
        for copy in self.all():
            if copy.serial == serial:
                with failing_as_store(f"Reading {copy.name}"):
                    return copy.name, self._disk.read(self._folder / copy.name)
        raise no_such_copy(serial)

    def _names(self) -> list[str]:
        if not self._folder.exists():
            return []
        return [name for name in self._disk.names(self._folder) if copy_of(name, "")]

    def _time(self, name: str) -> str:
        path = self._folder / name
        return datetime.fromtimestamp(path.stat().st_mtime, UTC).isoformat(timespec="seconds") if path.exists() else ""
