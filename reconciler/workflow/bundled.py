"""Changes of a plan while runs of theirs are put together into tasks."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, field, replace
from decimal import Decimal

from reconciler.core.address import Address
from reconciler.core.change import Change
from reconciler.core.diagnostic import Diagnostic
from reconciler.core.event import Verb
from reconciler.core.operation import Operation
from reconciler.core.program_set import ProgramSet


@dataclass(slots=True)
class Bundled:
    """Changes with their sets, who waits for whose call, and what was found on the way.

    `fees` are what addresses save that pay no task fee of their own.
    """

    changes: dict[Address, Change]
    edges: dict[Address, Set[Address]]
    findings: list[Diagnostic] = field(default_factory=list)
    fees: dict[Address, Decimal] = field(default_factory=dict)

    def together(self, made: ProgramSet, why: str, fee: Decimal | None) -> None:
        """Submit the set by the call of its first member, which waits for all that any of its members waits for."""
        leader, *others = (member.address for member in made.members)
        if fee is not None:
            made = replace(made, saved=fee * len(others))
            self.fees |= dict.fromkeys(others, fee)
        waits: set[Address] = set()
        for member in made.members:
            change, mine = self.changes[member.address], self.edges.get(member.address, ())
            waits |= {*mine} - {leader}
            if member.address != leader:
                self.edges[member.address] = {*mine, leader}
            operations = tuple(_led(op, made, leader) for op in change.operations)
            self.changes[member.address] = replace(change, operations=operations, reason=f"{change.reason}{why}")
        self.edges[leader] = waits - {m.address for m in made.members}


def _led(op: Operation, made: ProgramSet, leader: Address) -> Operation:
    if op.verb is not Verb.CREATE:
        return op
    return replace(op, submits=made) if op.address == leader else replace(op, led_by=leader)


def submission(change: Change) -> Operation | None:
    """The call that would pay, if there is one."""
    return next((op for op in change.operations if op.verb is Verb.CREATE), None)


def without(change: Change, dropped: Sequence[Operation]) -> tuple[Operation, ...]:
    """Its operations but these."""
    return tuple(op for op in change.operations if op not in dropped)
