"""Rings of resources that wait for each other, each with the places that make it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set

from reconciler.core.address import Address
from reconciler.core.declared import Declared, Path
from reconciler.core.diagnostic import Diagnostic
from reconciler.core.graph import Cycle, find_cycle
from reconciler.core.reference import Attribute, InvalidExpression, expressions
from reconciler.manifest.place import Spot, report

_MAX_RINGS = 20


def report_cycles(edges: Mapping[Address, Set[Address]], resources: Mapping[Address, Declared]) -> Iterator[Diagnostic]:
    """One diagnostic for each ring; a ring is opened before the next is looked for."""
    left = {address: set(waits & edges.keys()) for address, waits in edges.items() if waits}
    for targets in list(left.values()):
        for target in targets:
            left.setdefault(target, set())
    for _ in range(_MAX_RINGS):
        cycle = find_cycle(left)
        if cycle is None:
            return
        yield _problem(cycle, resources)
        left[cycle.ring[0]].discard(cycle.ring[1])


def _problem(cycle: Cycle, resources: Mapping[Address, Declared]) -> Diagnostic:
    spots = [_reference(resources[a], b) for a, b in zip(cycle.ring, cycle.ring[1:], strict=False)]
    detail = f"None of these can be first: {cycle}."
    others = ", ".join(str(spot.where) for spot in spots[1:])
    if others:
        detail += f" The other references are at {others}."
    return report("reference/cycle", detail, "Remove one of the references.", spots[0], address=str(cycle.ring[0]))


def _reference(declared: Declared, target: Address) -> Spot:
    """The place where a resource refers to another."""
    for path, text in _texts(declared.spec.model_dump(by_alias=True), ()):
        try:
            targets = [part.address for _, part in expressions(text) if isinstance(part, Attribute)]
        except InvalidExpression:
            continue
        if target in targets:
            return Spot(declared.locate(path))
    return Spot(declared.locate(()))


def _texts(value: object, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, (*path, index))
