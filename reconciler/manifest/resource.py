"""What the manifest room knows of a resource on its way from a document to a valid spec."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, ValidationError

from reconciler.core.address import Address
from reconciler.core.declared import Path
from reconciler.core.diagnostic import Diagnostic, Location
from reconciler.manifest.holes import Hole
from reconciler.manifest.items import AS_WRITTEN, Origins
from reconciler.manifest.place import Place, Spot, document_path
from reconciler.manifest.problems import Problems


@dataclass(frozen=True, slots=True)
class KindModel:
    """What this room must know of a kind: the model of its spec, and the attributes others may refer to."""

    model: type[BaseModel]
    attributes: Mapping[str, Literal["spec", "late"]]


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """What all points of one document share.

    `said` keeps a sweep from saying the same thing for each point: paths as written, with what was said there.
    """

    kind: KindModel
    place: Place
    base: Address | None
    said: set[tuple[Path, str]] = field(default_factory=set)

    @property
    def label(self) -> str:
        """The address of the whole document for a message; empty where it has no valid name."""
        return str(self.base) if self.base else ""


@dataclass(slots=True, eq=False)
class Point:
    """One address on its way to a valid spec; without an address it is checked and then dropped.

    `holes` still wait for other resources. `failed` are paths as written that were complained of: nothing more is said
    of them. `origins` tells where items of the spec are written, `items` how many of them a matrix made.
    """

    source: Source
    address: Address | None
    spec: Any
    holes: tuple[Hole, ...] = ()
    failed: frozenset[Path] = frozenset()
    depends: set[Address] = field(default_factory=set)
    origins: Origins = AS_WRITTEN
    items: int = 0

    @property
    def label(self) -> str:
        """The address for a message."""
        return str(self.address) if self.address else self.source.label

    def spot(self, path: Path, *, key: bool = False) -> Spot:
        """Where the value at a path of the spec is written."""
        return self.source.place.spot(document_path(self.origins.written(path)), key=key)

    def owner(self, path: Path) -> Place:
        """The document that says what stands at a path of the spec: its own, or an overlay."""
        return self.source.place.owner(document_path(self.origins.written(path)))

    def locate(self) -> Callable[[Path], Location]:
        """What finds the place of a path of the spec. It does not keep the point."""
        locate, written = self.source.place.locate_spec, self.origins.written
        return (lambda path: locate(written(path))) if self.origins.lists else locate

    def locate_in(self) -> Callable[[Path, str, int, int], Location]:
        """What finds the place of a stretch of a text of the spec."""
        locate, written = self.source.place.locate_in, self.origins.written
        if not self.origins.lists:
            return locate
        return lambda path, text, start, end: locate(written(path), text, start, end)

    def explain(self, error: ValidationError) -> Iterator[Diagnostic]:
        """The diagnostics of a spec that its model refuses."""
        source, written = self.source, self.origins.written
        problems = Problems(source.kind.model, source.place, lambda path: document_path(written(path)), source.said)
        return problems.explain(error, self.spec, self.label, frozenset(map(document_path, self.failed)))
