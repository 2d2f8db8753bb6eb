"""One document of a resource to its points: variables and matrix values put in, other resources' values still open."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.core.address import Address, Scalar
from reconciler.core.declared import Path
from reconciler.core.diagnostic import Diagnostic
from reconciler.core.reference import Expression, MatrixValue, Variable, substitute
from reconciler.core.suggest import did_you_mean
from reconciler.manifest.build import UNREADABLE
from reconciler.manifest.envelope import Envelope
from reconciler.manifest.fields import keys_of
from reconciler.manifest.holes import OPENING, Hole, filled, find_holes
from reconciler.manifest.items import AS_WRITTEN, MATRIX, Origins, expand_items, item_lists, swept_items
from reconciler.manifest.matrix import MAX_POINTS, check_matrix, points
from reconciler.manifest.place import document_path, report
from reconciler.manifest.problems import dotted
from reconciler.manifest.resource import KindModel, Point, Source
from reconciler.manifest.tags import with_tags
from reconciler.manifest.variables import Variables


def expand(
    envelope: Envelope, kind: KindModel, variables: Variables, found: list[Diagnostic], room: int = MAX_POINTS
) -> Iterator[Point]:
    """The points of a document. Problems go to `found`; so do sweeps, of addresses or items, beyond `room` points."""
    place = envelope.place
    source = Source(kind, place, envelope.address)
    spec = with_tags(envelope, source, found)
    if spec is None or spec is UNREADABLE:
        return
    waits = place.holds(OPENING)
    if isinstance(spec, dict) and (waits or MATRIX in spec or item_lists(kind.model)):
        yield from _Expansion(source, variables, found, room).points(spec)
        return
    yield Point(source, envelope.address, spec)


class _Expansion:
    """Fills the holes of one document.

    A matrix belongs to the document or to an item of a list. Each is known by the path of what it belongs to, as
    written: `()` is the document. One that is unusable leaves the rest to be checked, and nothing is declared.
    """

    def __init__(self, source: Source, variables: Variables, found: list[Diagnostic], room: int) -> None:
        self._source = source
        self._model = source.kind.model
        self._variables = variables
        self._found = found
        self._room = room
        self._failed: set[Path] = set()
        self._matrices: dict[Path, Any] = {}
        self._unusable: set[Path] = set()
        self._items = 0

    def points(self, spec: dict[str, Any]) -> Iterator[Point]:
        """The points of the document's sweep, or the one point of a document without a matrix."""
        owners = dict(swept_items(spec, self._model))
        if MATRIX in spec and MATRIX in keys_of(self._model):
            owners[()] = spec
        self._matrices = dict.fromkeys(owners)
        inside: dict[Path | None, list[Hole]] = defaultdict(list)
        for hole in find_holes(spec):
            owner = self._owner_of_matrix(hole.path)
            if self._is_fillable(hole, in_matrix=owner is not None):
                inside[owner].append(hole)
        for owner, holder in owners.items():  # the document's comes last: its points have all the items each
            self._read_matrix(owner, holder, inside[owner])
        if () in owners and self._unusable:  # the points of the document are not listed then
            self._unusable.add(())
        rest = {key: value for key, value in spec.items() if key != MATRIX or () not in owners}
        holes = [hole for hole in inside[None] if self._has_values(hole)]
        origins = AS_WRITTEN
        items = {at: None if at in self._unusable else self._matrices[at] for at in owners if at}
        if items:
            rest, holes, origins = expand_items(rest, holes, items)
        if () in owners and not self._unusable:
            for values, key in points(self._matrices[()]):
                yield self._point(rest, holes, origins, values, key)
        else:
            yield self._point(rest, holes, origins, {}, ())

    def _read_matrix(self, owner: Path, holder: dict[str, Any], holes: list[Hole]) -> None:
        """The matrix with its variables put in, and whether its points can be listed."""
        changes = [(hole.path[len(owner) :], self._fill(hole, {})) for hole in holes]
        matrix = self._matrices[owner] = filled(holder, changes)[MATRIX]
        path = (*owner, MATRIX)
        problems: list[Diagnostic] = []
        if matrix is not UNREADABLE:
            room = (self._room - self._items) if owner else self._room // max(1, self._items)
            problems = check_matrix(matrix, self._source.place, self._source.label, room, document_path(path))
            self._found.extend(problems)
        if problems or matrix is UNREADABLE or any(failed[: len(path)] == path for failed in self._failed):
            self._unusable.add(owner)
        elif owner:
            self._items += math.prod(len(values) for values in matrix.values())

    def _point(
        self,
        spec: dict[str, Any],
        holes: list[Hole],
        origins: Origins,
        values: Mapping[str, Scalar],
        key: tuple[tuple[str, str], ...],
    ) -> Point:
        base = self._source.base
        address = Address(base.kind, base.name, key) if base and not self._unusable else None
        changes = [(hole.path, self._fill(hole, values)) for hole in holes]
        waiting = tuple(hole for hole in holes if hole.attributes)
        failed = frozenset(self._failed)
        return Point(self._source, address, filled(spec, changes), waiting, failed, origins=origins, items=self._items)

    def _fill(self, hole: Hole, values: Mapping[str, Scalar]) -> Scalar:
        def value_of(part: Expression) -> Scalar | None:
            if isinstance(part, MatrixValue):
                return hole.bound.get(part.name, values.get(part.name))
            return self._variables.values.get(part.name) if isinstance(part, Variable) else None

        return substitute(hole.text, value_of)

    def _owner_of_matrix(self, path: Path) -> Path | None:
        """Whose matrix a path leads into; None for what stands elsewhere."""
        return next((at for at in self._owners_of(path) if path[len(at) : len(at) + 1] == (MATRIX,)), None)

    def _owners_of(self, path: Path) -> list[Path]:
        """All that have a matrix on the way to a path: the document, and the item that it is in."""
        ways = [(), *(path[: len(keys) + 1] for keys in item_lists(self._model))]
        return [at for at in ways if at in self._matrices]

    def _is_fillable(self, hole: Hole, *, in_matrix: bool) -> bool:
        """Whether the hole can be filled as far as its own text and the variables go."""
        if hole.problem:
            problem = hole.problem[0].upper() + hole.problem[1:]
            return self._fail(hole, "expression/syntax", f"{problem}.", "")
        if in_matrix and (hole.matrix_names or hole.attributes):
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

    def _has_values(self, hole: Hole) -> bool:
        """Whether the matrix names of the hole exist, in matrices that can be used."""
        if not hole.matrix_names:
            return True
        owners = self._owners_of(hole.path)
        matrices = [self._matrices[at] for at in owners]
        if all(isinstance(matrix, dict) and matrix for matrix in matrices):  # of others it was said that they are none
            names = [name for matrix in matrices for name in matrix]
            unknown = next((name for name in hole.matrix_names if name not in names), None)
            if unknown is not None:
                detail = f'The matrix has no list "{unknown}".' if owners else self._no_matrix(hole.path)
                return self._fail(hole, "matrix/unknown", detail, did_you_mean(unknown, names, self._add_it(hole.path)))
        if self._unusable.isdisjoint(owners):
            return True
        self._failed.add(hole.path)
        return False

    def _no_matrix(self, path: Path) -> str:
        return "The document has no matrix." if not self._item_at(path) else "This item has no matrix."

    def _add_it(self, path: Path) -> str:
        """Where a matrix value that is missing would be written."""
        item = self._item_at(path)
        if item or MATRIX in keys_of(self._model):
            return f"Add it to {dotted(document_path((*item, MATRIX)))}."
        return "Write the value."

    def _item_at(self, path: Path) -> Path:
        """The item a path leads into, of a list whose items may have a matrix; empty for what stands elsewhere."""
        lists = item_lists(self._model)
        return next((path[: len(keys) + 1] for keys in lists if path[: len(keys)] == keys and path[len(keys) :]), ())

    def _fail(self, hole: Hole, code: str, detail: str, remedy: str) -> bool:
        self._failed.add(hole.path)
        spot = self._source.place.spot(document_path(hole.path))
        self._found.append(report(code, detail, remedy, spot, address=self._source.label))
        return False
