"""Which qubits of a device are next to each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Topology:
    """All with all, or `pairs` of neighbours among `qubits` that work: there may be fewer of them than are named."""

    full: bool
    qubits: int = 0
    pairs: int = 0

    def __str__(self) -> str:
        return "every qubit with every other" if self.full else f"{self.pairs} pairs among {self.qubits} qubits"


def read_topology(given: Any) -> Topology | None:
    """From `paradigm.connectivity`; untrusted. A graph may name a pair from one side or from both."""
    if not isinstance(given, dict):
        return None
    if given.get("fullyConnected") is True:
        return Topology(full=True)
    graph = given.get("connectivityGraph")
    if not isinstance(graph, dict):
        return None
    pairs = {frozenset((str(a), str(b))) for a, others in graph.items() if isinstance(others, list) for b in others}
    nodes = {str(node) for node in graph} | {node for pair in pairs for node in pair}
    return Topology(full=False, qubits=len(nodes), pairs=len(pairs))
