"""What an agent that nobody watches may do of a plan, address by address. The rest is withheld, with the reason."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from enum import StrEnum

from reconciler.core.address import Address
from reconciler.core.change import Change
from reconciler.core.event import Verb
from reconciler.core.plan import Plan

_ENDING = frozenset({Verb.CANCEL, Verb.CANCEL_JOBS, Verb.DELETE})


class Applying(StrEnum):
    """How much is applied without a person at the terminal."""

    AUTO = "auto"  # what the permission allows
    APPROVED = "approved"  # a plan whose fingerprint somebody approved, whole; and nothing else
    NEVER = "never"  # it only plans


@dataclass(frozen=True, slots=True)
class Permission:
    """`approved` are the fingerprints of plans that a person has read and wants."""

    applying: Applying = Applying.AUTO
    cancel: bool = False
    replace: bool = False
    approved: frozenset[str] = frozenset()

    @property
    def only_plans(self) -> bool:
        """Whether nothing is ever applied."""
        return self.applying is Applying.NEVER


def withheld(plan: Plan, permission: Permission) -> dict[Address, str]:
    """The changes that may not be made, and why. What waits for one of them is withheld with it."""
    changes = {c.address: c for c in plan.changes if c.changes_anything}
    if permission.applying is Applying.NEVER:
        return dict.fromkeys(changes, "this agent only plans (--apply never)")
    if permission.applying is Applying.APPROVED:
        if plan.fingerprint in permission.approved:
            return {}
        return dict.fromkeys(changes, f"nobody has approved the plan with the fingerprint {plan.fingerprint}")
    kept = {a: why for a, change in changes.items() if (why := _objection(change, permission))}
    return _with_dependents(kept, changes, plan.edges)


def _objection(change: Change, permission: Permission) -> str:
    verbs = {op.verb for op in change.operations}
    if not verbs & _ENDING:
        return ""
    if Verb.CREATE in verbs:
        return "" if permission.replace else "it would replace a run that is not finished (--allow-replace allows it)"
    return "" if permission.cancel else "it would cancel or delete what exists (--allow-cancel allows it)"


def _with_dependents(
    kept: dict[Address, str], changes: Mapping[Address, Change], edges: Mapping[Address, Set[Address]]
) -> dict[Address, str]:
    todo = sorted(kept)
    while todo:
        awaited = todo.pop()
        for address in sorted(changes.keys() - kept.keys()):
            if awaited in edges.get(address, ()):
                kept[address] = f"it waits for {awaited}, which is withheld"
                todo.append(address)
    return kept
