"""Submit the points of a sweep together: one task for many runs, where the device takes it and the manifest says so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from decimal import Decimal

from reconciler.core.address import Address
from reconciler.core.attempt import Attempt
from reconciler.core.change import Action, Change
from reconciler.core.diagnostic import Diagnostic
from reconciler.core.digest import canonical
from reconciler.core.event import Verb
from reconciler.core.money import Price, amount
from reconciler.core.operation import Operation
from reconciler.core.program_set import Member, program_set
from reconciler.core.resource import Resource
from reconciler.core.state import State
from reconciler.providers.kind import Bundler
from reconciler.workflow.session import Session

Edges = Mapping[Address, Set[Address]]
Changes = dict[Address, Change]


@dataclass(slots=True)
class Bundled:
    """Changes with their sets, who waits for whose call, and what was found on the way.

    `fees` are what addresses save that pay no task fee of their own.
    """

    changes: Changes
    edges: dict[Address, Set[Address]]
    findings: list[Diagnostic] = field(default_factory=list)
    fees: dict[Address, Decimal] = field(default_factory=dict)


def bundle(session: Session, changes: Sequence[Change], seen: State, edges: Edges) -> Bundled:
    """Put runs that may share a task into sets, and keep together what was submitted together."""
    result = Bundled({c.address: c for c in changes}, dict(edges))
    for group in list(_groups(changes)):
        _submit_together(session, group, result)
    for shared in _shared_tasks(seen).values():
        _repeat_together(session, shared, result)
        _cancel_together(shared, result)
    return result


def discounted(price: Price, fee: Decimal) -> Price:
    """The price of a run that pays no task fee of its own."""
    least = None if price.least is None else price.least - fee
    most = None if price.most is None else price.most - fee
    return replace(price, least=least, most=most, basis=f"{price.basis}; one task fee for the whole program set")


def _groups(changes: Iterable[Change]) -> Iterator[list[Resource]]:
    """Submissions that differ in nothing but their inputs."""
    groups: dict[str, list[Resource]] = {}
    for change in changes:
        op = _submission(change)
        if op is not None and op.resource is not None and op.resource.bundle and not op.repeats:
            groups.setdefault(_shared(op.resource), []).append(op.resource)
    return (group for group in groups.values() if len(group) > 1)


def _submission(change: Change) -> Operation | None:
    return next((op for op in change.operations if op.verb is Verb.CREATE), None)


def _shared(resource: Resource) -> str:
    execution = {name: value for name, value in resource.execution.items() if name != "inputs"}
    rest = [dict(resource.tags), dict(resource.delivery), resource.rules.generation, resource.rules.on_remove]
    return canonical([str(resource.address.base), resource.bundle, execution, rest])


def _submit_together(session: Session, group: Sequence[Resource], result: Bundled) -> None:
    cloud = session.cloud(group[0].address.kind)
    if not isinstance(cloud, Bundler):
        return
    made = cloud.bundles(sorted(group, key=lambda r: r.address))
    if made.refused and group[0].bundle == "always":
        result.findings.extend(_refusal(resource, made.refused) for resource in group)
    for resources in made.sets:
        if len(resources) > 1:
            _one_set(session, resources, made.fee, result)


def _refusal(resource: Resource, why: str) -> Diagnostic:
    remedy = "Say submit: auto to submit them one by one where it must be, or submit: task."
    where = resource.payload.declared.locate(("submit",))
    detail = f"{why}."
    return Diagnostic("program-set/refused", "No program set possible", detail, remedy, where, str(resource.address))


def _one_set(session: Session, resources: Sequence[Resource], fee: Decimal | None, result: Bundled) -> None:
    members = []
    for resource in resources:
        op = _submission(result.changes[resource.address])
        if op is not None:
            members.append(Member(resource.address, op.token, op.number, resource))
    made = program_set(session.scope, members)
    leader = members[0].address
    saved = f", which saves {amount(fee * (len(members) - 1), 'USD')} of task fees" if fee else ""
    for member in members:
        change = result.changes[member.address]
        led = {"submits": made} if member.address == leader else {"led_by": leader}
        operations = tuple(replace(op, **led) if op.verb is Verb.CREATE else op for op in change.operations)
        reason = f"{change.reason}; in one program set of {len(members)} runs{saved}"
        result.changes[member.address] = replace(change, operations=operations, reason=reason)
        if member.address != leader:
            result.edges[member.address] = {*result.edges.get(member.address, ()), leader}
            result.edges[leader] = {*result.edges.get(leader, ()), *_waits(result, member.address, leader)}
            if fee is not None:
                result.fees[member.address] = fee


def _waits(result: Bundled, address: Address, leader: Address) -> Set[Address]:
    """What the one call waits for: all that any of its members waits for."""
    return {a for a in result.edges.get(address, ()) if a != leader}


def _shared_tasks(seen: State) -> dict[str, list[tuple[str, Attempt]]]:
    tasks: dict[str, list[tuple[str, Attempt]]] = {}
    for address, record in seen.records.items():
        for attempt in record.attempts:
            if attempt.group:
                tasks.setdefault(attempt.group, []).append((address, attempt))
    return tasks


def _repeat_together(session: Session, shared: Sequence[tuple[str, Attempt]], result: Bundled) -> None:
    """A doubtful set is repeated as it was sent, or not at all: its token stands for all its members."""
    tokens = {attempt.token: attempt for _, attempt in shared if attempt.doubtful}
    if not tokens:
        return
    again = {
        op.token: (change, op)
        for change in result.changes.values()
        for op in change.operations
        if op.verb is Verb.CREATE and op.token in tokens
    }
    whole = len(again) == len(tokens) == len(shared)
    ordered = sorted(again.values(), key=lambda pair: tokens[pair[1].token].member)
    members = [Member(c.address, op.token, op.number, op.resource) for c, op in ordered if op.resource is not None]
    made = program_set(session.scope, members) if whole and members else None
    if made is None or made.token != shared[0][1].group:
        for change, _ in again.values():
            reason = (
                f"{change.reason.split(';')[0]}; it was sent in one program set with others that are no longer declared"
            )
            result.changes[change.address] = replace(change, action=Action.BLOCKED, reason=reason, operations=())
        return
    leader = members[0].address
    for change, op in again.values():
        led = replace(op, submits=made) if change.address == leader else replace(op, led_by=leader)
        result.changes[change.address] = replace(change, operations=(led,))
        if change.address != leader:
            result.edges[change.address] = {*result.edges.get(change.address, ()), leader}


def _cancel_together(shared: Sequence[tuple[str, Attempt]], result: Bundled) -> None:
    """One task can't be ended for some of its runs: it goes on until nobody wants any of them."""
    alive = {attempt.token for _, attempt in shared if attempt.open}
    ending = {
        op.token: change
        for change in result.changes.values()
        for op in change.operations
        if op.verb is Verb.CANCEL and op.token in alive
    }
    if not ending:
        return
    spared = set(ending) if len(ending) < len(alive) else set(sorted(ending)[1:])
    for token, change in ending.items():
        if token in spared:
            left = tuple(op for op in result.changes[change.address].operations if op.token != token)
            why = (
                "left to run, for it shares its task with others" if len(ending) < len(alive) else "ended with its set"
            )
            reason = f"{result.changes[change.address].reason}; {why}"
            result.changes[change.address] = replace(result.changes[change.address], operations=left, reason=reason)
