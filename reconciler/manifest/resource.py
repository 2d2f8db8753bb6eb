"""One document of a resource to its points: variables and matrix values put in, other resources' values still open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, ValidationError

from reconciler.core.address import Address, Scalar
from reconciler.core.declared import Path
from reconciler.core.diagnostic import Diagnostic
from reconciler.core.reference import Expression, MatrixValue, Variable, substitute
from reconciler.manifest.build import UNREADABLE
from reconciler.manifest.envelope import Envelope
from reconciler.manifest.fields import keys_of
from reconciler.manifest.holes import OPENING, Hole, filled, find_holes
from reconciler.manifest.matrix import MAX_POINTS, check_matrix, points
from reconciler.manifest.place import Place, document_path, report
from reconciler.manifest.problems import Problems
from reconciler.manifest.suggest import did_you_mean
from reconciler.manifest.variables import Variables


@dataclass(frozen=True, slots=True)
class KindModel:
    """What this room must know of a kind: the model of its spec, and the attributes others may refer to."""

    model: type[BaseModel]
    attributes: Mapping[str, Literal["spec", "late"]]


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """What all points of one document share. `said` keeps a sweep from saying the same thing for each point."""

    kind: KindModel
    place: Place
    base: Address | None
    said: set[tuple[Path, str]] = field(default_factory=set)

    def explain(self, error: ValidationError, point: Point) -> Iterator[Diagnostic]:
        """The diagnostics of a spec that its model refuses."""
        problems = Problems(self.kind.model, self.place, document_path, self.said)
        return problems.explain(error, point.spec, point.label, point.failed)

    @property
    def label(self) -> str:
        """The address of the whole document for a message; empty where it has no valid name."""
        return str(self.base) if self.base else ""


@dataclass(slots=True, eq=False)
class Point:
    """One address on its way to a valid spec; without an address it is checked and then dropped.

    `holes` still wait for other resources. `failed` are paths that were complained of: nothing more is said of them.
    """

    source: Source
    address: Address | None
    spec: Any
    holes: tuple[Hole, ...] = ()
    failed: frozenset[Path] = frozenset()
    depends: set[Address] = field(default_factory=set)

    @property
    def label(self) -> str:
        """The address for a message."""
        return str(self.address) if self.address else self.source.label


def expand(
    envelope: Envelope, kind: KindModel, variables: Variables, found: list[Diagnostic], room: int = MAX_POINTS
) -> Iterator[Point]:
    """The points of a document. Problems go to `found`; so does a sweep of more than `room` points."""
    place = envelope.place
    source = Source(kind, place, envelope.address)
    spec = _with_tags(envelope, source, found)
    if spec is None or spec is UNREADABLE:
        return
    waits = place.file.text.find(OPENING, place.start, place.end) >= 0
    if isinstance(spec, dict) and (waits or "matrix" in spec):
        yield from _Expansion(source, variables, found, room).points(spec)
        return
    yield Point(source, envelope.address, spec)


def _with_tags(envelope: Envelope, source: Source, found: list[Diagnostic]) -> Any:
    """The spec with the tags of the metadata in it, where the kind's model keeps them."""
    spec = envelope.spec
    if not isinstance(spec, dict) or "tags" not in keys_of(source.kind.model):
        return spec
    if "tags" in spec:
        spot = source.place.spot(("spec", "tags"), key=True)
        detail = '"tags" is no key of spec: tags stand under metadata.'
        found.append(report("manifest/unknown-key", detail, "Move them to metadata.", spot, address=source.label))
        spec = {key: value for key, value in spec.items() if key != "tags"}
    return spec if envelope.tags is None else {**spec, "tags": envelope.tags}


class _Expansion:
    """Fills the holes of one document."""

    def __init__(self, source: Source, variables: Variables, found: list[Diagnostic], room: int) -> None:
        self._source = source
        self._variables = variables
        self._found = found
        self._room = room
        self._failed: set[Path] = set()

    def points(self, spec: dict[str, Any]) -> Iterator[Point]:
        """The points of the document's sweep, or the one point of a document without a matrix."""
        holes = [hole for hole in find_holes(spec) if self._is_fillable(hole)]
        if "matrix" not in spec or "matrix" not in keys_of(self._source.kind.model):
            yield self._point(spec, self._with_known_names(holes, None), {}, ())
            return
        in_matrix = [hole for hole in holes if hole.path[0] == "matrix"]
        others = [hole for hole in holes if hole.path[0] != "matrix"]
        matrix = filled(spec, [(hole.path, self._fill(hole, {})) for hole in in_matrix])["matrix"]
        rest = {key: value for key, value in spec.items() if key != "matrix"}
        problems = (
            [] if matrix is UNREADABLE else check_matrix(matrix, self._source.place, self._source.label, self._room)
        )
        self._found.extend(problems)
        if isinstance(matrix, dict):
            others = self._with_known_names(others, list(matrix))
        if problems or matrix is UNREADABLE or any(path[0] == "matrix" for path in self._failed):
            yield self._unswept(rest, others)
            return
        for values, key in points(matrix):
            yield self._point(rest, others, values, key)

    def _unswept(self, spec: dict[str, Any], holes: list[Hole]) -> Point:
        """The rest of a document whose matrix is unusable: checked once, but for what waits for the matrix."""
        self._failed.update(hole.path for hole in holes if hole.matrix_names)
        point = self._point(spec, [hole for hole in holes if not hole.matrix_names], {}, ())
        point.address = None
        return point

    def _point(
        self, spec: dict[str, Any], holes: list[Hole], values: Mapping[str, Scalar], key: tuple[tuple[str, str], ...]
    ) -> Point:
        base = self._source.base
        address = Address(base.kind, base.name, key) if base else None
        changes = [(hole.path, self._fill(hole, values)) for hole in holes]
        waiting = tuple(hole for hole in holes if hole.attributes)
        return Point(self._source, address, filled(spec, changes), waiting, frozenset(self._failed))

    def _fill(self, hole: Hole, values: Mapping[str, Scalar]) -> Scalar:
        def value_of(part: Expression) -> Scalar | None:
            if isinstance(part, MatrixValue):
                return values.get(part.name)
            return self._variables.values.get(part.name) if isinstance(part, Variable) else None

        return substitute(hole.text, value_of)

    def _is_fillable(self, hole: Hole) -> bool:
        """Whether the hole can be filled as far as its own text and the variables go."""
        if hole.problem:
            problem = hole.problem[0].upper() + hole.problem[1:]
            return self._fail(hole, "expression/syntax", f"{problem}.", "")
        if hole.path[0] == "matrix" and (hole.matrix_names or hole.attributes):
            detail = "The matrix is read before anything else: its values may use var.NAME only."
            return self._fail(hole, "expression/place", detail, "Use a variable, or write the value.")
        declared = self._variables.declared
        for name in hole.variables:
            if declared is not None and name not in declared:
                remedy = did_you_mean(name, declared, "Declare it in the project's spec.variables.")
                return self._fail(hole, "variable/unknown", f'The project declares no variable "{name}".', remedy)
            if name not in self._variables.values:
                self._failed.add(hole.path)  # its lack of a value was said at the variable's own place
                return False
        return True

    def _with_known_names(self, holes: list[Hole], names: list[str] | None) -> list[Hole]:
        """The holes whose matrix names exist; the others are reported. `names` is None without a matrix."""
        kept: list[Hole] = []
        for hole in holes:
            unknown = next((name for name in hole.matrix_names if name not in (names or ())), None)
            if unknown is None:
                kept.append(hole)
                continue
            detail = "The document has no matrix." if names is None else f'The matrix has no list "{unknown}".'
            self._fail(hole, "matrix/unknown", detail, did_you_mean(unknown, names or (), "Add it to spec.matrix."))
        return kept

    def _fail(self, hole: Hole, code: str, detail: str, remedy: str) -> bool:
        self._failed.add(hole.path)
        spot = self._source.place.spot(document_path(hole.path))
        self._found.append(report(code, detail, remedy, spot, address=self._source.label))
        return False
