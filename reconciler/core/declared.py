"""A resource as a manifest declares it, before its kind has read meaning into it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.core.address import Address
from reconciler.core.diagnostic import Location

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A text named by a manifest. `name` is relative to the project; `<inline>` texts carry the manifest's name."""

    name: str
    text: str
    inline: bool = False


@dataclass(frozen=True, slots=True)
class Declared:
    """One address with its validated spec (a pydantic model of the kind).

    A text of the spec that waits for another resource still holds its `${{ … }}`; `depends` names those resources.
    `files` maps a spec path ("program.openqasm") to the text it stands for.
    `locate` finds the place of a path below `spec` in the manifest; it may read the document again, so it is for
    diagnostics only.
    """

    address: Address
    spec: Any
    files: Mapping[str, SourceFile]
    depends: frozenset[Address]
    locate: Callable[[Path], Location]
