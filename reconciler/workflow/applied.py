"""What became of a plan."""

from __future__ import annotations

from dataclasses import dataclass, field

from reconciler.core.address import Address
from reconciler.core.attempt import Outcome
from reconciler.core.change import Action
from reconciler.core.event import Verb
from reconciler.core.operation import Operation
from reconciler.core.plan import Plan
from reconciler.core.state import State


@dataclass(slots=True)
class Applied:
    """Addresses by how they ended, and the state as it was saved."""

    state: State
    submitted: list[Address] = field(default_factory=list)
    tagged: list[Address] = field(default_factory=list)
    cancelled: list[Address] = field(default_factory=list)
    added: list[Address] = field(default_factory=list)  # jobs to their open batch
    withdrawn: list[Address] = field(default_factory=list)  # jobs from their batch
    closed: list[Address] = field(default_factory=list)
    recorded: list[Address] = field(default_factory=list)
    refused: dict[Address, str] = field(default_factory=dict)
    unknown: dict[Address, str] = field(default_factory=dict)
    skipped: dict[Address, str] = field(default_factory=dict)
    too_dear: set[Address] = field(default_factory=set)  # of the refused: those that a ceiling refused, not a cloud
    interrupted: bool = False

    @property
    def failed(self) -> set[Address]:
        """Whoever waits for one of these waits in vain."""
        return {*self.refused, *self.unknown, *self.skipped}

    def counts(self, plan: Plan) -> dict[str, int]:
        """What people are told first, in numbers; what was adopted needed no call."""
        return {
            "imported": plan.count(Action.ADOPT),
            "added": len(self.submitted),
            "changed": len(self.tagged),
            "destroyed": len(self.cancelled),
            "refused": len(self.refused),
            "unknown": len(self.unknown),
            "skipped": len(self.skipped),
        }

    def note(self, op: Operation, outcome: Outcome, error: str) -> None:
        """A call is over."""
        if outcome is Outcome.ACCEPTED:
            self._done(op.verb).append(op.address)
        elif outcome is Outcome.REFUSED:
            self.refused[op.address] = error
        else:
            self.unknown[op.address] = error

    def _done(self, verb: Verb) -> list[Address]:
        lists = {
            Verb.CREATE: self.submitted,
            Verb.TAG: self.tagged,
            Verb.CANCEL: self.cancelled,
            Verb.ADD: self.added,
            Verb.CANCEL_JOBS: self.withdrawn,
            Verb.CLOSE: self.closed,
            Verb.UPDATE: self.tagged,
            Verb.DELETE: self.cancelled,
        }
        return lists[verb]
