"""Rings of resources that wait for each other, each with the places that make it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.core.address import Address
from reconciler.core.diagnostic import Diagnostic
from reconciler.core.graph import Cycle, find_cycle
from reconciler.manifest.place import Spot, report
from reconciler.manifest.resource import Point

_MAX_RINGS = 20


def report_cycles(waiting: Mapping[Address, Point]) -> Iterator[Diagnostic]:
    """One diagnostic for each ring; a ring is opened before the next is looked for."""
    edges = {address: found for address, point in waiting.items() if (found := point.depends & waiting.keys())}
    for target in {target for targets in edges.values() for target in targets}:
        edges.setdefault(target, set())
    for _ in range(_MAX_RINGS):
        cycle = find_cycle(edges)
        if cycle is None:
            return
        yield _problem(cycle, waiting)
        edges[cycle.ring[0]].discard(cycle.ring[1])


def _problem(cycle: Cycle, waiting: Mapping[Address, Point]) -> Diagnostic:
    spots = [_reference(waiting[a], b) for a, b in zip(cycle.ring, cycle.ring[1:], strict=False)]
    detail = f"None of these can be first: {cycle}."
    others = ", ".join(str(spot.where) for spot in spots[1:])
    if others:
        detail += f" The other references are at {others}."
    return report("reference/cycle", detail, "Remove one of the references.", spots[0], address=str(cycle.ring[0]))


def _reference(point: Point, target: Address) -> Spot:
    """The place where a resource refers to another."""
    accepted = (hole for hole in point.holes if point.origins.written(hole.path) not in point.failed)
    path = next(hole.path for hole in accepted if target in [part.address for part in hole.attributes])
    return point.spot(path)
