"""A file that is there whole or not at all, whatever happens in between."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from reconciler.store.crash import point
from reconciler.store.disk import Disk
from reconciler.store.errors import StoreError


def _nothing() -> None:
    """No last check."""


def write_whole(
    disk: Disk, path: Path, data: bytes, tag: str = "new", before_rename: Callable[[], object] = _nothing
) -> None:
    """Write, sync, rename, sync the folder. `before_rename` may still stop it. Raises OSError."""
    temp = path.with_name(f"{path.name}.{tag}.tmp")
    try:
        handle = disk.append(temp)
        try:
            handle.truncate(0)
            handle.write(data)
            handle.sync()  # before the rename: or a power cut could leave the new name with an empty file
        finally:
            handle.close()
        point("after-state-temp")
        before_rename()
        disk.replace(temp, path)
    except (OSError, StoreError):
        with suppress(OSError):
            disk.remove(temp)
        raise
    disk.sync_folder(path.parent)
