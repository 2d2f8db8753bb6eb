"""One line of a plan: what would happen at one address, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from reconciler.core.address import Address
from reconciler.core.attempt import Attempt
from reconciler.core.event import Verb
from reconciler.core.fields import FieldClass
from reconciler.core.job_change import JobChange
from reconciler.core.money import Price
from reconciler.core.operation import Operation
from reconciler.core.simulation import Simulation


class Action(StrEnum):
    """The rows of the truth table (docs/truth-table.md)."""

    NONE = "no-op"
    CREATE = "create"
    REPLACE = "replace"
    UPDATE = "update"
    CANCEL = "cancel"
    ADOPT = "adopt"
    REUSE = "reuse"  # already paid at this address: taken back into care
    FORGET = "forget"  # left the manifest and is finished: stays on record
    RESOLVE = "resolve"  # an earlier call may have been accepted: repeated with the same token
    LOST = "lost"  # accepted once, and the cloud says it isn't there
    BLOCKED = "blocked"  # its outcome is unknown and can't be asked for again yet


SYMBOLS: Mapping[Action, str] = {
    Action.CREATE: "+",
    Action.REPLACE: "-/+",
    Action.UPDATE: "~",
    Action.CANCEL: "-",
    Action.ADOPT: "adopt",
    Action.REUSE: "reuse",
    Action.FORGET: "forget",
    Action.RESOLVE: "+?",
    Action.LOST: "lost",
    Action.BLOCKED: "?",
    Action.NONE: "",
}


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that differs. None stands for absent."""

    name: str
    kind: FieldClass
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Change:
    """A decision with its reason, the calls it lowers to, and what is known of the run it is about."""

    address: Address
    action: Action
    reason: str
    fields: tuple[FieldChange, ...] = ()
    operations: tuple[Operation, ...] = ()
    attempt: Attempt | None = None  # the run that stands for this address now, if there is one
    managed: bool | None = None  # record only: to be written as a Managed event
    removal: str = ""
    price: Price | None = None
    warning: str = ""  # the detail of a warning; `action` and `reason` say the rest
    declared: bool = True
    jobs: tuple[JobChange, ...] = ()  # of a batch, one by one
    moved: str = ""  # the address that its record is taken over from
    simulations: tuple[Simulation, ...] = ()  # of what it would submit, one by one
    stale: str = ""  # why its finished run is too old, and why it is not run again all the same
    forbidden: str = ""  # why it may not be applied, however much it is wanted

    @property
    def changes_anything(self) -> bool:
        """Whether applying would make a call or write a record, or would if that were not forbidden."""
        recorded = self.managed is not None or bool(self.moved) or bool(self.forbidden)
        return bool(self.operations) or recorded or self.action in (Action.ADOPT, Action.BLOCKED)

    @property
    def lasting(self) -> bool:
        """Whether it is about an object that lasts, not about a run."""
        made = (op.resource.settings for op in self.operations if op.resource is not None)
        return any(made) or (self.attempt is not None and bool(self.attempt.settings))

    def count(self, *verbs: Verb) -> int:
        """How many calls of these verbs it lowers to."""
        return sum(op.verb in verbs for op in self.operations)
