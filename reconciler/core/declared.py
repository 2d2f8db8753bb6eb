"""A resource as a manifest declares it, before its kind has read meaning into it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from reconciler.core.address import Address
from reconciler.core.diagnostic import Location
from reconciler.core.digest import digest
from reconciler.core.importing import Import
from reconciler.core.qasm.syntax import Span, location

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A text named by a manifest. `name` is relative to the project; `<inline>` texts carry the manifest's name."""

    name: str
    text: str
    inline: bool = False


@dataclass(frozen=True, slots=True)
class FolderFile:
    """One file of a folder: its path below the folder with `/`, and the SHA-256 of its bytes in hex."""

    path: str
    executable: bool
    sha256: str


class FolderChanged(Exception):  # noqa: N818 - named after the situation
    """A file is no longer what it was when the folder was read; the message is a sentence for people."""


@dataclass(frozen=True, slots=True)
class SourceFolder:
    """A folder named by a manifest: its files sorted by path. `name` is relative to the project.

    `read` gives a file's bytes, which are those that its digest was made of. Raises FolderChanged.
    """

    name: str
    files: tuple[FolderFile, ...]
    read: Callable[[FolderFile], bytes] = field(compare=False, repr=False)

    @property
    def base(self) -> str:
        """Its own name, under which it is packed: packages are imported by it."""
        return self.name.rpartition("/")[2]

    @property
    def digest(self) -> str:
        """Of names, contents and what may be executed; neither of times nor of owners, nor of how it is packed."""
        return digest({"base": self.base, "files": [[f.path, f.executable, f.sha256] for f in self.files]})


@dataclass(frozen=True, slots=True)
class Declared:
    """One address with its validated spec (a pydantic model of the kind).

    A text of the spec that waits for another resource still holds its `${{ … }}`; `depends` names those resources.
    `files` maps a spec path ("program.openqasm") to the text it stands for, `folders` one to the folder.
    `locate` finds the place of a path below `spec` in the manifest; it may read the document again, so it is for
    diagnostics only. `locate_in` finds a stretch of the text that stands at such a path, as exactly as it can.
    """

    address: Address
    spec: Any
    files: Mapping[str, SourceFile]
    depends: frozenset[Address]
    locate: Callable[[Path], Location]
    folders: Mapping[str, SourceFolder] = field(default_factory=lambda: MappingProxyType({}))
    imports: Import | None = None  # the existing run that is to be its own
    moved: tuple[Address, ...] = ()  # the names that it had before
    locate_in: Callable[[Path, str, int, int], Location] | None = field(default=None, compare=False, repr=False)

    def place_in(self, path: Path, start: int, end: int) -> Location:
        """The place of a stretch of the text at a path: in the file that it is, or in the manifest."""
        source = self.files[".".join(map(str, path))]
        if not source.inline:
            return location(source.text, Span(start, end), source.name)
        if self.locate_in is None:
            return self.locate(path)
        return self.locate_in(path, source.text, start, end)
