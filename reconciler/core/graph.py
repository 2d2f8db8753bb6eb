"""Which resource waits for which."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from reconciler.core.address import Address

Edges = Mapping[Address, Set[Address]]


@dataclass(frozen=True, slots=True)
class Cycle:
    """A ring of addresses, each waiting for the next; the first is repeated at the end."""

    ring: tuple[Address, ...]

    def __str__(self) -> str:
        return " -> ".join(str(a) for a in self.ring)


def order(edges: Edges) -> list[Address]:
    """Every address after all it waits for; among equals by address, so that the order of documents is no matter.

    Raises CycleError (graphlib) if there is a ring: call `find_cycle` first to explain it.
    """
    sorter = TopologicalSorter({node: sorted(edges[node]) for node in sorted(edges)})
    sorter.prepare()
    result: list[Address] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        result.extend(ready)
        sorter.done(*ready)
    return result


def find_cycle(edges: Edges) -> Cycle | None:
    """One ring, the same on every run, or None."""
    try:
        TopologicalSorter({node: sorted(edges[node]) for node in sorted(edges)}).prepare()
    except CycleError as error:
        ring = list(reversed(error.args[1]))  # graphlib gives it against the direction of waiting
        start = ring.index(min(ring[:-1]))
        turned = ring[start:-1] + ring[:start]
        return Cycle((*turned, turned[0]))
    return None
