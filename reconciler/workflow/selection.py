"""Which addresses a command is about."""

from __future__ import annotations

from dataclasses import dataclass, replace

from reconciler.core.address import Address
from reconciler.core.graph import Edges


@dataclass(frozen=True, slots=True)
class Selection:
    """Which addresses a command is about. Empty `targets` mean all; a sweep's name means all its points."""

    targets: frozenset[Address] = frozenset()
    excluded: frozenset[Address] = frozenset()
    forced: frozenset[Address] = frozenset()

    def with_dependencies(self, edges: Edges) -> Selection:
        """Targets bring along whatever they wait for, as in Terraform."""
        todo = [a for a in edges if {a, a.base} & self.targets]
        reached = set(self.targets)
        while todo:
            address = todo.pop()
            reached.add(address)
            todo.extend(edges[address] - reached)
        return replace(self, targets=frozenset(reached))

    def holds(self, address: Address) -> bool:
        """Whether the command is about it."""
        if not self.targets and not self.excluded:
            return True
        names = {address, address.base}
        return (not self.targets or bool(names & self.targets)) and not names & self.excluded
