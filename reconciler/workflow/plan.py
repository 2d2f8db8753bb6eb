"""Compare: desired, remembered, live. Comparing changes nothing, not even the state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime

from reconciler.core.address import Address
from reconciler.core.change import Change
from reconciler.core.collector import collector_paused
from reconciler.core.declared import Declared
from reconciler.core.device_standing import DeviceStanding
from reconciler.core.diagnostic import Diagnostic, in_order
from reconciler.core.diff import diff
from reconciler.core.event import Event, Verb
from reconciler.core.freshness import Facts
from reconciler.core.money import Price
from reconciler.core.plan import Plan
from reconciler.core.resource import Resource
from reconciler.core.rules import Rules
from reconciler.core.state import Record, State, fold
from reconciler.providers.kind import Checked, Keeper
from reconciler.store.port import Snapshot
from reconciler.workflow.bills import bills
from reconciler.workflow.ceilings import bounded, judge, submitted, with_history
from reconciler.workflow.discover import discover, wanted
from reconciler.workflow.freshness import device_facts, told_stale
from reconciler.workflow.guards import guarded
from reconciler.workflow.import_run import import_runs, with_imports
from reconciler.workflow.late import settle
from reconciler.workflow.moved import former_names, moves, set_aside, with_moves
from reconciler.workflow.observe import Refresh, doubt_is_over, has_doubt, refresh
from reconciler.workflow.policies import judged
from reconciler.workflow.program_sets import bundle, discounted
from reconciler.workflow.reuse import reuse
from reconciler.workflow.selecting import selected
from reconciler.workflow.sequences import check_sequences
from reconciler.workflow.session import Session

Edges = Mapping[Address, Set[Address]]


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


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan with what it was made from: applying starts there. `seen` is the state after observing."""

    plan: Plan
    snapshot: Snapshot
    observed: tuple[Event, ...]
    seen: State
    resources: Mapping[str, Resource]
    facts: Mapping[Address, Facts] = field(default_factory=dict)  # of the devices of what it submits
    devices: Mapping[str, DeviceStanding] = field(default_factory=dict)  # the same devices as they stand now


@dataclass(frozen=True, slots=True)
class Remembered:
    """The state as saved, what the clouds said of it just now, and the state after that."""

    snapshot: Snapshot
    observed: tuple[Event, ...]
    seen: State


def remember(session: Session, how: Refresh = Refresh.OPEN) -> Remembered:
    """Read the state and observe. Raises CloudUnavailable, WrongAccount and the store's errors."""
    snapshot = session.store.read()
    observed = refresh(session, snapshot.state, how)
    return Remembered(snapshot, tuple(observed), fold(snapshot.state, observed))


@collector_paused()
def make_plan(
    session: Session,
    declared: Sequence[Declared],
    edges: Edges,
    how: Refresh = Refresh.OPEN,
    selection: Selection | None = None,
    warnings: Sequence[Diagnostic] = (),
    known: Remembered | None = None,
) -> Planned:
    """Read, observe, decide, check; `warnings` are what was found before, `known` what was read and observed before.

    Raises CloudUnavailable, WrongAccount and the store's errors.
    """
    declared, edges = selected(session, declared, edges)
    chosen = (selection or Selection()).with_dependencies(edges)
    resources = [session.kinds[d.address.kind].desired(d, session.context) for d in declared]
    memory = known or remember(session, how)
    by_address = {str(r.address): r for r in resources}
    renamed = moves(session, declared, memory.snapshot.state)
    snapshot = replace(memory.snapshot, state=fold(memory.snapshot.state, renamed.events))
    imported = import_runs(session, declared, by_address, fold(memory.seen, renamed.events), chosen.holds)
    observed = (*memory.observed, *renamed.events, *imported.events)
    prior, seen = snapshot.state, fold(memory.seen, (*renamed.events, *imported.events))
    facts, unmatched = device_facts(session, resources, seen, how), {}
    changes = _decide(session, by_address, snapshot, seen, chosen, facts=facts)
    if _must_search(changes, prior) or any(_is_unseen(r, seen) for r in resources):
        more = discover(session, seen, wanted(resources, former_names(declared)))
        observed, seen, unmatched = (*observed, *more.events), fold(seen, more.events), more.unmatched
        changes = _decide(session, by_address, snapshot, seen, chosen, unmatched, facts)
    # After the search: what this environment has paid itself, and forgot with a lost state, comes first.
    held = [c for c in changes if chosen.holds(c.address)]
    live = how is not Refresh.NONE
    shared = reuse(session, held, by_address, former_names(declared), seen, chosen.forced, live=live)
    if shared.events:
        observed, seen = (*observed, *shared.events), fold(seen, shared.events)
        changes = _decide(session, by_address, snapshot, seen, chosen, unmatched, facts)
    bundled = bundle(session, [c for c in changes if chosen.holds(c.address)], seen, edges)
    aside = set_aside(changes, renamed.sources, chosen.holds)
    changes, edges = [*bundled.changes.values(), *aside], guarded(bundled.changes.values(), bundled.edges)
    changes = with_imports(with_moves(changes, renamed.sources), imported)
    checked = _check(session, changes)
    prices = dict(checked.prices)
    prices |= {a: discounted(prices[a], fee) for a, fee in bundled.fees.items() if a in prices}
    prices = with_history(bounded(session, changes, prices), seen)
    if session.context.budget is not None:
        billed = bills(session, seen, needed=True)
        observed, seen = (*observed, *billed), fold(seen, billed)
    limited = judge(session, changes, prices, seen)
    findings = [
        *told_stale(changes, declared),
        *renamed.findings,
        *imported.findings,
        *shared.findings,
        *bundled.findings,
        *checked.diagnostics,
        *limited.findings,
        *_objections(session, changes, by_address, prices),
    ]
    if prices:
        changes = [replace(c, price=prices.get(c.address)) if c.address in prices else c for c in changes]
    changes, unfulfilled, notes = _tried(session, changes, declared)
    plan = _plan(session, changes, edges, in_order([*warnings, *findings, *unfulfilled, *_forbidden(changes)]))
    plan = replace(plan, notes=(*checked.notes, *notes), budget=limited.rooms)
    if told := judged(session, plan, declared):
        plan = replace(plan, diagnostics=tuple(in_order([*plan.diagnostics, *told])))
    return Planned(plan, memory.snapshot, observed, seen, by_address, checked.facts, checked.devices)


@collector_paused()
def plan_without_changes(
    session: Session, resources: dict[str, Resource], edges: Edges, selection: Selection, known: Remembered
) -> Plan | None:
    """The plan of these resources when nothing is to be done, searched for or checked; else None.

    The resources may come from a cache and lack their payload: whatever is submitted is planned from the manifests.
    """
    if any(r.rules.freshness is not None and r.rules.freshness.on_calibration for r in resources.values()):
        return None  # a device must be asked
    chosen = selection.with_dependencies(edges)
    prior = known.snapshot.state
    changes = _decide(session, resources, known.snapshot, known.seen, chosen)
    if any(c.stale for c in changes):
        return None  # told with its place in the manifest
    if _must_search(changes, prior) or any(_is_unseen(r, known.seen) for r in resources.values()):
        return None
    plan = _plan(session, [c for c in changes if chosen.holds(c.address)], edges, _forbidden(changes))
    return plan if plan.empty and plan.applicable else None


def _forbidden(changes: Sequence[Change]) -> list[Diagnostic]:
    remedy = "Declare it with protect: false and apply that first, or keep it declared."
    return [
        Diagnostic("plan/protected", "Protected", f"{c.address}: {c.forbidden}.", remedy, address=str(c.address))
        for c in changes
        if c.forbidden
    ]


def _plan(session: Session, changes: Sequence[Change], edges: Edges, found: Sequence[Diagnostic]) -> Plan:
    paid = [c for c in changes if (resource := submitted(c)) is not None and resource.settings is None]
    clouds = {session.kinds[c.address.kind].cloud for c in paid}  # what lasts is free by no table
    tables = tuple(t.named for cloud in sorted(clouds) if (t := session.prices.of(cloud)) is not None)
    context = session.context
    return Plan(context.name, context.environment, tuple(changes), edges, tuple(found), tables)


def _must_search(changes: Sequence[Change], prior: State) -> bool:
    """Only what would be paid, is in doubt, or was forgotten altogether is worth searching a whole account for."""
    return any(c.count(Verb.CREATE) for c in changes) or has_doubt(prior) or not prior.records


def _is_unseen(resource: Resource, seen: State) -> bool:
    """Whether it is only to be observed, and none that is there is on record."""
    record = seen.records.get(str(resource.address), Record())
    return resource.watched and not any(a.open and resource.wants(a) for a in record.attempts)


def _decide(
    session: Session,
    resources: dict[str, Resource],
    snapshot: Snapshot,
    seen: State,
    chosen: Selection,
    unmatched: Mapping[str, str] | None = None,
    facts: Mapping[str, Facts] | None = None,
) -> list[Change]:
    settled = [settle(r, seen, resources) for r in resources.values()]
    forced: frozenset[Address] = frozenset()
    if chosen.forced:
        forced = frozenset(r.address for r in settled if {r.address, r.address.base} & chosen.forced)
    rules = Rules(
        session.scope,
        forced,
        once=frozenset(name for name, kind in session.kinds.items() if not kind.repeats),
        unmarked=frozenset(name for name, kind in session.kinds.items() if not kind.marks),
        stale=_stale(session, seen),
        fresh=snapshot.unsaved | _doubts(snapshot.state),
        unmatched=unmatched or {},
        now=_now(session, settled),
        facts=facts or {},
    )
    return diff(settled, snapshot.state, seen, rules)


def _now(session: Session, resources: Sequence[Resource]) -> datetime | None:
    """The time, if anything is decided by it; asking may open the local cloud."""
    return session.clock.now() if any(map(_by_time, resources)) else None


def _by_time(resource: Resource) -> bool:
    return resource.opening.seconds is not None or resource.rules.freshness is not None


def _stale(session: Session, seen: State) -> frozenset[str]:
    """Doubts that the search left open although their time is over: no token protects a repetition any more."""
    doubtful = [(address, a) for address, record in seen.records.items() for a in record.attempts if a.doubtful]
    return frozenset(a.token for address, a in doubtful if doubt_is_over(session, address, a))


def _doubts(state: State) -> frozenset[str]:
    return frozenset(a.token for record in state.records.values() for a in record.attempts if a.doubtful)


def _objections(
    session: Session, changes: Sequence[Change], declared: Mapping[str, Resource], prices: Mapping[Address, Price]
) -> Iterator[Diagnostic]:
    """What lasting objects would have refused, told before anything is spent."""
    by_cloud: dict[str, list[Change]] = {}
    for change in changes:
        if change.operations:
            by_cloud.setdefault(session.kinds[change.address.kind].cloud, []).append(change)
    for name, mine in sorted(by_cloud.items()):
        cloud = session.clouds[name]
        if isinstance(cloud, Keeper):
            yield from cloud.objections(mine, {r.address: r for r in declared.values()}, prices)


def _submitted(session: Session, changes: Sequence[Change]) -> dict[str, list[Resource]]:
    """By cloud what applying would pay for."""
    by_cloud: dict[str, list[Resource]] = {}
    for change in changes:
        for op in change.operations:
            if op.resource is not None:
                # Of a batch only the jobs that this plan submits: the others are checked and paid.
                submitted = replace(op.resource, jobs=op.jobs) if op.jobs else op.resource
                by_cloud.setdefault(session.kinds[change.address.kind].cloud, []).append(submitted)
    return by_cloud


def _tried(
    session: Session, changes: list[Change], declared: Sequence[Declared]
) -> tuple[list[Change], list[Diagnostic], list[str]]:
    """The changes with what they came to on this machine, if anything is expected of anything."""
    if session.context.simulate is None and not any(getattr(d.spec, "expect", None) for d in declared):
        return changes, [], []
    from reconciler.workflow.expectations import tried  # the expression language takes a while to load

    return tried(session, changes, declared)


def _check(session: Session, changes: Sequence[Change]) -> Checked:
    findings: list[Diagnostic] = []
    prices: dict[Address, Price] = {}
    notes: list[str] = []
    facts: dict[Address, Facts] = {}
    devices: dict[str, DeviceStanding] = {}
    for name, resources in _submitted(session, changes).items():
        cloud = session.clouds[name]
        checked = cloud.check(resources)
        findings.extend(checked.diagnostics)
        prices.update(checked.prices)
        notes.extend(checked.notes)
        facts.update(checked.facts)
        devices.update(checked.devices)
        findings.extend(check_sequences(resources, cloud.specs))
    return Checked(findings, prices, notes, facts, devices)
