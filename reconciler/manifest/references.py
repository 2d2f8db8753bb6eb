"""`${{ Kind/name.attribute }}`: what the spec knows is put in at once, what only a run knows makes an edge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.core.address import Address, Scalar
from reconciler.core.declared import Declared, Path
from reconciler.core.diagnostic import Diagnostic
from reconciler.core.fields import FieldClass
from reconciler.core.reference import Attribute, Expression, substitute
from reconciler.core.suggest import did_you_mean
from reconciler.manifest.fields import class_at, keys_of, value_at
from reconciler.manifest.holes import OPENING, Hole, filled
from reconciler.manifest.place import report
from reconciler.manifest.resource import KindModel, Point

_REFERENCE = "reference"
_MAY_WAIT = frozenset({FieldClass.MUTABLE, FieldClass.DELIVERY})


class _Unresolved(Exception):  # noqa: N818 - no error for the user by itself: its problem has been reported
    """The value of an expression cannot be told."""


class References:
    """Resolves the references among the points of a project.

    `done` are the resources that wait for nothing; `waiting` the others, by address; `sweeps` the bases that have
    keyed points; `broken` the bases whose documents have problems of their own, so that others may keep silent.
    """

    def __init__(
        self,
        kinds: Mapping[str, KindModel],
        done: Mapping[Address, Declared],
        waiting: Mapping[Address, Point],
        sweeps: frozenset[Address],
        broken: frozenset[Address],
        found: list[Diagnostic],
    ) -> None:
        self._kinds = kinds
        self._done = done
        self._waiting = waiting
        self._sweeps = sweeps
        self._broken = broken
        self._found = found
        self._open: list[tuple[Address, str]] = []

    def resolve(self, point: Point) -> None:
        """Fill the point's holes; late ones stay and are noted in `depends`. Problems go to the diagnostics."""
        changes: list[tuple[Path, Scalar]] = []
        failed: set[Path] = set()
        for hole in point.holes:
            written = point.origins.written(hole.path)
            if (written, _REFERENCE) in point.source.said:
                failed.add(written)  # said of another point of this sweep: suggestions are slow, points are many
                continue
            try:
                changes.append((hole.path, self._fill(point, hole)))
            except _Unresolved:
                failed.add(written)
        point.spec = filled(point.spec, changes)
        point.failed |= failed

    def _fill(self, point: Point, hole: Hole) -> Scalar:
        def value_of(part: Expression) -> Scalar | None:
            return self._value(point, hole, part) if isinstance(part, Attribute) else None

        return substitute(str(_at(point.spec, hole.path)), value_of)

    def _value(self, point: Point, hole: Hole, part: Attribute) -> Scalar | None:
        """The value, or None if it is known only later."""
        when = self._check(point, hole, part)
        if when == "spec":
            return self._spec_value(point, hole, part)
        field_class = class_at(point.source.kind.model, hole.path)
        if field_class not in _MAY_WAIT:
            raise self._refuse(point, hole, "reference/too-late", _too_late(part, field_class), _EARLIER)
        point.depends.add(part.address)
        return None

    def _check(self, point: Point, hole: Hole, part: Attribute) -> str:
        """Whether the attribute is of the spec or late. Raises _Unresolved for what is not there."""
        address = part.address
        kind = self._kinds.get(address.kind)
        if kind is None:
            detail = f"There is no kind {address.kind}, so {address} names nothing."
            raise self._refuse(
                point, hole, "reference/unknown-resource", detail, did_you_mean(address.kind, self._kinds)
            )
        if part.name not in kind.attributes:
            detail = f'A {address.kind} has no attribute "{part.name}".'
            remedy = did_you_mean(part.name, kind.attributes)
            raise self._refuse(point, hole, "reference/unknown-attribute", detail, remedy)
        if address in self._done or address in self._waiting:
            return kind.attributes[part.name]
        if address.base in self._broken:
            raise _Unresolved
        if address in self._sweeps:
            example = min(a for a in (*self._done, *self._waiting) if a.base == address and a.key)
            detail = f"{address} is a sweep of many runs; a reference names one of them."
            raise self._refuse(point, hole, "reference/needs-key", detail, f"Write for instance {example}.{part.name}.")
        detail = f"The project declares no {address}."
        remedy = did_you_mean(str(address), self._alike(address))
        raise self._refuse(point, hole, "reference/unknown-resource", detail, remedy)

    def _alike(self, address: Address) -> list[str]:
        known = (*self._done, *self._waiting)
        same_sweep = [str(other) for other in known if other.base == address.base]
        return same_sweep or sorted({str(other.base) for other in known})

    def _spec_value(self, point: Point, hole: Hole, part: Attribute) -> Scalar:
        asked = (part.address, part.name)
        if asked in self._open:
            ring = [*self._open[self._open.index(asked) :], asked]
            text = " -> ".join(f"{address}.{name}" for address, name in ring)
            raise self._refuse(point, hole, "reference/cycle", f"The value is defined by itself: {text}.", _BREAK)
        self._open.append(asked)
        try:
            value = self._read(part)
        finally:
            self._open.pop()
        if isinstance(value, str | int | float):
            return value
        detail = f"{part} is not set."
        raise self._refuse(point, hole, "reference/no-value", detail, "Set it there, or write the value here.")

    def _read(self, part: Attribute) -> Any:
        done = self._done.get(part.address)
        if done is not None:
            return value_at(done.spec, (part.name,))
        other = self._waiting[part.address]
        if (part.name,) in other.failed:
            raise _Unresolved
        default = keys_of(other.source.kind.model)[part.name].get_default()
        value = other.spec.get(part.name, default)
        if isinstance(value, str) and OPENING in value:
            return self._fill(other, next(hole for hole in other.holes if hole.path == (part.name,)))
        return value

    def _refuse(self, point: Point, hole: Hole, code: str, detail: str, remedy: str) -> _Unresolved:
        what = (point.origins.written(hole.path), _REFERENCE)
        if what not in point.source.said:
            point.source.said.add(what)
            self._found.append(report(code, detail, remedy, point.spot(hole.path), address=point.label))
        return _Unresolved()


_EARLIER = "Write the value itself, or refer to a field of the spec."
_BREAK = "Write one of the values out."


def _too_late(part: Attribute, field_class: FieldClass | None) -> str:
    known = f"{part} is known only when that run has been accepted."
    if field_class is FieldClass.EXECUTION:
        return f"{known} This field decides what is run, and a plan must show exactly what will be paid for."
    return f"{known} This field decides what qctl itself does, which the plan must be able to show."


def _at(value: Any, path: Path) -> Any:
    for part in path:
        value = value[part]
    return value
