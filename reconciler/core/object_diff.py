"""The truth table of lasting objects: they cost nothing by themselves, are changed in place, and can be deleted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from reconciler.core.address import Address
from reconciler.core.attempt import Attempt
from reconciler.core.change import Action, Change, FieldChange
from reconciler.core.compare import execution_changes, tag_changes
from reconciler.core.event import Verb
from reconciler.core.fields import FieldClass
from reconciler.core.lower import endings, in_doubt, next_number, submission
from reconciler.core.operation import Operation
from reconciler.core.resource import Removal, Resource
from reconciler.core.rules import Rules
from reconciler.core.state import Record


def object_change(resource: Resource, prior: Record | None, record: Record, rules: Rules) -> Change:
    """What to do about a declared object. One that vanished is made again: unlike a run, it pays for nothing."""
    alive = [a for a in record.attempts if a.open and resource.wants(a)]
    if resource.watched:
        return _watched(resource, prior, record, alive)
    doubtful = [a for a in record.attempts if a.doubtful]
    if doubtful:
        return in_doubt(resource, doubtful[-1], rules)
    strays = [a for a in record.attempts if a.open and is_kept(a) and not resource.wants(a)]
    forced = resource.address in rules.forced and not any(a.token in rules.fresh for a in alive)
    if forced:
        strays, alive = [*strays, *alive], []
    if strays and resource.rules.on_remove is Removal.PROTECT:
        return protected(resource.address, strays[-1])
    ends = endings(resource.address, strays, resource.rules.on_remove)
    left = [a for a in strays if any(op.token == a.token for op in ends)]
    if not alive:
        return _new(resource, record, ends, left, rules, forced=forced)
    change = _in_place(resource, prior, record, alive[-1], rules)
    if not ends:
        return change
    reason = "the one declared here exists; the other one at this address is deleted"
    operations = (*ends, *change.operations)
    return replace(change, action=Action.CANCEL, reason=reason, operations=operations, warning=unbounded(left))


def is_kept(attempt: Attempt) -> bool:
    """Whether it is ours to end: what was only observed, or is only like ours, may be somebody else's."""
    return not attempt.alike and (bool(attempt.owned) or not attempt.settings)


def protected(address: Address, attempt: Attempt, *, declared: bool = True) -> Change:
    """A deletion that the manifest forbids."""
    why = f"{attempt.id} would be deleted, and it was declared with protect: true"
    return Change(address, Action.NONE, why, attempt=attempt, forbidden=why, declared=declared)


def unbounded(deleted: Iterable[Attempt]) -> str:
    """What a person must know before these are deleted; empty where it costs nothing."""
    devices = [str(a.execution["device"]) for a in deleted if "amount" in a.settings]
    return f"Nothing bounds the spending on {', '.join(devices)} then." if devices else ""


def _watched(resource: Resource, prior: Record | None, record: Record, alive: list[Attempt]) -> Change:
    if not alive:
        warning = "It is declared with management: observe, and the cloud has none: nothing is made."
        return Change(resource.address, Action.NONE, "observed only; there is none", warning=warning)
    # Whoever stops observing must not delete what somebody else manages.
    removal = "" if record.removal == resource.rules.on_remove else str(resource.rules.on_remove)
    change = Change(
        resource.address,
        Action.NONE,
        "observed only; somebody else manages it",
        attempt=alive[-1],
        managed=True if removal or not record.managed else None,
        removal=removal,
    )
    if prior is None or prior.by_token(alive[-1].token) is None:
        return replace(change, action=Action.ADOPT)
    if change.managed:
        fields = (_removal_field(record.removal, removal),) if removal else ()
        return replace(change, action=Action.UPDATE, reason="from now on it is observed only", fields=fields)
    return change


def _new(
    resource: Resource,
    record: Record,
    ends: tuple[Operation, ...],
    deleted: list[Attempt],
    rules: Rules,
    *,
    forced: bool,
) -> Change:
    number = next_number(a for a in record.attempts if resource.wants(a))
    create = submission(resource, number, rules)
    before = next((a for a in reversed(record.attempts) if a.exists), None)
    fields: tuple[FieldChange, ...] = ()
    if forced:
        reason = "asked for with --replace"
    elif before is None:
        reason = "declared, and there is none"
    elif before.missing:
        reason = "somebody deleted it; it is made again"
    else:
        fields = execution_changes(before, resource)
        names = ", ".join(f.name for f in fields)
        reason = f"another one is needed, because {names} changed" if names else "it was deleted; it is made again"
    action = Action.REPLACE if ends else Action.CREATE
    warning = unbounded(a for a in deleted if not resource.wants(a))
    # The old one first: a device has one limit at most.
    return Change(resource.address, action, reason, fields, (*ends, create), before, warning=warning)


def _in_place(resource: Resource, prior: Record | None, record: Record, attempt: Attempt, rules: Rules) -> Change:
    address = resource.address
    wanted = resource.settings or {}
    differs = {name: value for name, value in wanted.items() if attempt.settings.get(name) != value}
    fields = [FieldChange(n, FieldClass.MUTABLE, attempt.settings.get(n), v) for n, v in sorted(differs.items())]
    put, drop, tag_fields = tag_changes(resource, attempt, rules.marks(address, attempt))
    operations: list[Operation] = []
    if differs:
        operations.append(Operation(Verb.UPDATE, address, attempt.token, id=attempt.id, settings=wanted))
    if put or drop:
        operations.append(Operation(Verb.TAG, address, attempt.token, id=attempt.id, put=put, drop=drop))
    removal = "" if record.removal == resource.rules.on_remove else str(resource.rules.on_remove)
    all_fields = (*fields, *tag_fields)
    if removal:
        all_fields = (*all_fields, _removal_field(record.removal, removal))
    managed = True if removal or not record.managed else None
    change = Change(
        address, Action.NONE, "as declared", all_fields, tuple(operations), attempt, removal=removal, managed=managed
    )
    if prior is None or prior.by_token(attempt.token) is None:
        return replace(change, action=Action.ADOPT, reason=f"it exists already, made {attempt.submitted}")
    if all_fields or managed:
        names = ", ".join(f.name for f in all_fields)
        reason = f"updated in place: {names}" if names else "taken back into care"
        return replace(change, action=Action.UPDATE, reason=reason)
    return change


def _removal_field(before: str, after: str) -> FieldChange:
    # Records know one word for the end of runs and of objects; people know two.
    shown = ["delete" if word == Removal.CANCEL else word for word in (before, after)]
    return FieldChange("onRemove", FieldClass.LOCAL, *shown)
