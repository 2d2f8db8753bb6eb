"""The few things asked of a file system, one method each, so that a test can forget what was never synced."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from reconciler.store.errors import StoreFailed

_MODE = 0o644  # state holds no secrets; a team's folder decides who may read it


class Handle(Protocol):
    """An open file. Writes go to its end."""

    def write(self, data: bytes) -> None:
        """Write all of it."""

    def sync(self) -> None:
        """Return when the content, and the length, would survive a power cut."""

    def truncate(self, length: int) -> None:
        """Cut the file to this many bytes."""

    def close(self) -> None:
        """Let go of it."""


class Disk(Protocol):
    """Files by path. Methods raise OSError."""

    def read(self, path: Path) -> bytes:
        """The whole file."""

    def append(self, path: Path) -> Handle:
        """The file, made if it is missing, for writing at its end."""

    def replace(self, source: Path, target: Path) -> None:
        """Rename over `target` in one step."""

    def remove(self, path: Path) -> None:
        """Unlink, if it is there."""

    def names(self, folder: Path) -> list[str]:
        """What the folder holds."""

    def sync_folder(self, folder: Path) -> None:
        """Return when the names in it, and their absence, would survive a power cut."""


class OsHandle:
    """A file descriptor."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def write(self, data: bytes) -> None:
        """Write all of it; the system may take it in pieces."""
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]

    def sync(self) -> None:
        """Data and length reach the disk; times need not, which makes this six times faster than fsync on ext4."""
        _datasync(self._descriptor)

    def truncate(self, length: int) -> None:
        """Cut the file to this many bytes."""
        os.ftruncate(self._descriptor, length)

    def close(self) -> None:
        """Let go of it."""
        os.close(self._descriptor)


class OsDisk:
    """The real one."""

    def read(self, path: Path) -> bytes:
        """The whole file."""
        return path.read_bytes()

    def append(self, path: Path) -> OsHandle:
        """Opened with O_APPEND: two writers that should not exist still never write over each other."""
        return OsHandle(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, _MODE))

    def replace(self, source: Path, target: Path) -> None:
        """Rename over `target` in one step."""
        source.replace(target)

    def remove(self, path: Path) -> None:
        """Unlink, if it is there."""
        path.unlink(missing_ok=True)

    def names(self, folder: Path) -> list[str]:
        """What the folder holds."""
        return sorted(entry.name for entry in os.scandir(folder))

    def sync_folder(self, folder: Path) -> None:
        """A rename lives in the folder, not in the file: without this a power cut may undo it."""
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


# macOS has no fdatasync in Python; there fsync is what there is.
_datasync = getattr(os, "fdatasync", os.fsync)


@contextmanager
def failing_as_store(doing: str) -> Iterator[None]:
    """Turn the system's errors into StoreFailed. `doing` reads: "Saving prod.json"."""
    try:
        yield
    except OSError as error:
        raise StoreFailed(doing, error.strerror or str(error)) from error
