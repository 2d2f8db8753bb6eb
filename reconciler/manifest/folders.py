"""The folders that a manifest names: sources of hybrid jobs. They stay inside the project folder, whole."""

from __future__ import annotations

import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path, PurePosixPath, PureWindowsPath
from stat import S_IXUSR

from reconciler.core.declared import FolderChanged, FolderFile, SourceFolder
from reconciler.core.fields import ProjectFolder
from reconciler.core.suggest import did_you_mean, short
from reconciler.manifest.reads import Refusal

# What no run needs, and what changes by itself: the marks of tools, and what Python leaves behind.
_LEFT_OUT = frozenset({"__pycache__"})


class _Refused(Exception):  # noqa: N818 - carries what is to be said
    """The folder can't be taken."""

    def __init__(self, code: str, detail: str, remedy: str = "") -> None:
        super().__init__(detail)
        self.refusal: Refusal = (code, detail, remedy)


class SourceFolders:
    """Reads each named folder once for each bound, however many resources name it."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._real_root = root.resolve()
        self._known: dict[tuple[str, ProjectFolder], SourceFolder | Refusal] = {}

    def read(self, name: str, limits: ProjectFolder) -> SourceFolder | Refusal:
        """The folder, or why it is refused."""
        asked = (name, limits)
        if asked not in self._known:
            self._known[asked] = self._read(name, limits)
        return self._known[asked]

    def _read(self, name: str, limits: ProjectFolder) -> SourceFolder | Refusal:
        path = self._root / name
        try:
            real = self._inside(name, path)
            files = _Reading(real, self._real_root, limits).files(short(name))
        except _Refused as refused:
            return refused.refusal
        except (FileNotFoundError, NotADirectoryError):
            remedy = did_you_mean(name, self._neighbours(path), "Paths are relative to the project folder.")
            return "file/not-found", f'The project has no folder "{short(name)}".', remedy
        except (OSError, RuntimeError) as error:  # RuntimeError: a ring of links (Python 3.11 and 3.12)
            reason = getattr(error, "strerror", None) or "a ring of links"
            return "file/unreadable", f'"{short(name)}" cannot be read: {reason}.', ""
        return SourceFolder(real.relative_to(self._real_root).as_posix(), files, _Reader(real))

    def _inside(self, name: str, path: Path) -> Path:
        named = short(name)
        if "\0" in name or PurePosixPath(name).is_absolute() or PureWindowsPath(name).is_absolute():
            raise _Refused("file/outside", f'"{named}" is no path inside the project folder.', "Use a relative path.")
        real = path.resolve()
        if not real.is_relative_to(self._real_root):
            detail = f'"{named}" leads out of the project folder; folders named by a manifest stay inside it.'
            raise _Refused("file/outside", detail, "Put the folder into the project folder.")
        if real == self._real_root:
            detail = f'"{named}" is the project folder itself, with its state and all else.'
            raise _Refused("file/outside", detail, "Name a folder below it.")
        return real

    def _neighbours(self, path: Path) -> list[str]:
        """Folders beside it, as a manifest would name them."""
        try:
            if not path.parent.resolve().is_relative_to(self._real_root):
                return []
            beside = (item for item in path.parent.iterdir() if item.is_dir())
            return [(path.parent.relative_to(self._root) / item.name).as_posix() for item in beside][:1000]
        except (OSError, ValueError):
            return []


class _Reading:
    """One walk through one folder; `bytes` and the number of files are bounded as it goes."""

    def __init__(self, folder: Path, real_root: Path, limits: ProjectFolder) -> None:
        self._folder = folder
        self._real_root = real_root
        self._limits = limits
        self._bytes = 0

    def files(self, named: str) -> tuple[FolderFile, ...]:
        """Every file, sorted by path. Raises _Refused and OSError."""
        found: list[FolderFile] = []
        for path in self._walk(self._folder):
            if len(found) == self._limits.max_files:
                detail = f'"{named}" has more than {self._limits.max_files:,} files.'
                raise _Refused("file/too-large", detail, "Name a smaller folder.")
            found.append(self._file(path, named))
        return tuple(sorted(found, key=lambda file: file.path))

    def _walk(self, folder: Path) -> Iterator[Path]:
        for entry in os.scandir(folder):
            if entry.name.startswith(".") or entry.name in _LEFT_OUT or entry.name.endswith(".pyc"):
                continue
            path = Path(entry.path)
            if entry.is_dir(follow_symlinks=False):
                yield from self._walk(path)
            elif entry.is_symlink() and path.is_dir():
                said = self._said(path)
                raise _Refused("file/outside", f"{said} is a link to a folder.", "Put the folder itself there.")
            else:
                yield path

    def _file(self, path: Path, named: str) -> FolderFile:
        real = path.resolve()
        said = self._said(path)
        if not real.is_relative_to(self._real_root):
            detail = f"{said} is a link that leads out of the project folder."
            raise _Refused("file/outside", detail, "Put the file itself there.")
        if not real.is_file():  # a pipe would block
            raise _Refused("file/unreadable", f"{said} is no regular file.")
        self._bytes += real.stat().st_size  # asked before reading: it may be larger than the memory
        if self._bytes > self._limits.max_bytes:
            detail = f'"{named}" has more than {self._limits.max_bytes:,} bytes.'
            raise _Refused("file/too-large", detail, "Name a smaller folder; large data belongs to spec.input.")
        relative = path.relative_to(self._folder).as_posix()
        try:
            relative.encode()
        except UnicodeEncodeError:
            raise _Refused("file/unreadable", f"The name of {said} is no UTF-8 text.", "Rename the file.") from None
        executable = bool(real.stat().st_mode & S_IXUSR)
        return FolderFile(relative, executable, sha256(real.read_bytes()).hexdigest())

    def _said(self, path: Path) -> str:
        relative = path.relative_to(self._real_root).as_posix()
        return f'"{short(relative.encode("utf-8", "backslashreplace").decode())}"'


class _Reader:
    """Gives the bytes again that were seen before."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, file: FolderFile) -> bytes:
        try:
            data = (self._folder / file.path).read_bytes()
        except OSError as error:
            raise FolderChanged(f"{file.path} can't be read any more: {error.strerror}") from error
        if sha256(data).hexdigest() != file.sha256:
            raise FolderChanged(f"{file.path} was changed after the manifests had been read")
        return data
