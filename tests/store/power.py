"""A disk in memory whose power can be cut: what was not synced may be forgotten."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

_PAGE = 64  # bytes that reach the disk together; small, so that small files have many


class PowerCut(BaseException):
    """No handler may mend anything: the machine is off."""


@dataclass(slots=True)
class Inode:
    """A file's content, as programs see it and as the disk has it."""

    content: bytes = b""
    synced: bytes = b""


@dataclass(slots=True)
class ForgetfulDisk:
    """Cuts the power before action `cut_at`. `forgets` names a kind of sync that this disk only pretends to do."""

    names_now: dict[Path, Inode] = field(default_factory=dict)
    names_synced: dict[Path, Inode] = field(default_factory=dict)
    cut_at: int | None = None
    forgets: str = ""
    actions: int = 0
    syncs: int = 0

    def act(self) -> None:
        """Count one action, or die."""
        if self.cut_at is not None and self.actions >= self.cut_at:
            raise PowerCut
        self.actions += 1

    def read(self, path: Path) -> bytes:
        if path not in self.names_now:
            raise FileNotFoundError(2, "No such file", str(path))
        return self.names_now[path].content

    def append(self, path: Path) -> ForgetfulHandle:
        self.act()
        return ForgetfulHandle(self, self.names_now.setdefault(path, Inode()))

    def replace(self, source: Path, target: Path) -> None:
        self.act()
        self.names_now[target] = self.names_now.pop(source)

    def remove(self, path: Path) -> None:
        self.act()
        self.names_now.pop(path, None)

    def names(self, folder: Path) -> list[str]:
        return sorted(path.name for path in self.names_now if path.parent == folder)

    def sync_folder(self, folder: Path) -> None:
        self.act()
        if self.forgets != "folder":
            kept = {path: inode for path, inode in self.names_synced.items() if path.parent != folder}
            self.names_synced = kept | {path: inode for path, inode in self.names_now.items() if path.parent == folder}

    def after_cut(self, names_survive: bool, surviving: Callable[[Inode], bytes]) -> ForgetfulDisk:
        """The disk as it comes up again."""
        names = self.names_now if names_survive else self.names_synced
        files = {path: surviving(inode) for path, inode in names.items()}
        inodes = {path: Inode(content, content) for path, content in files.items()}
        return ForgetfulDisk(inodes, dict(inodes))


@dataclass(slots=True)
class ForgetfulHandle:
    """An open file of a ForgetfulDisk."""

    disk: ForgetfulDisk
    inode: Inode

    def write(self, data: bytes) -> None:
        self.disk.act()
        self.inode.content += data

    def sync(self) -> None:
        self.disk.act()
        self.disk.syncs += 1
        if self.disk.forgets != "file":
            self.inode.synced = self.inode.content

    def truncate(self, length: int) -> None:
        self.disk.act()
        self.inode.content = self.inode.content[:length]

    def close(self) -> None:
        """Closing syncs nothing."""


def synced(inode: Inode) -> bytes:
    """Only what was synced."""
    return inode.synced


def everything(inode: Inode) -> bytes:
    """The disk was quicker than it had to be."""
    return inode.content


def some_pages(seed: int) -> Callable[[Inode], bytes]:
    """The new length, and of the new pages any, in no order; the others are zeros."""
    choice = random.Random(seed)

    def surviving(inode: Inode) -> bytes:
        kept = bytearray(inode.content)
        same = len(inode.synced) if inode.content.startswith(inode.synced) else 0
        for start in range(same - same % _PAGE, len(kept), _PAGE):
            if choice.random() < 0.5:
                for index in range(max(start, same), min(start + _PAGE, len(kept))):
                    kept[index] = 0
        return bytes(kept)

    return surviving
