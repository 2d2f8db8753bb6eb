"""Compare: desired, remembered, live. Comparing changes nothing, not even the state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from reconciler.core.address import Address
from reconciler.core.change import Change
from reconciler.core.collector import collector_paused
from reconciler.core.declared import Declared
from reconciler.core.device_standing import DeviceStanding
from reconciler.core.diagnostic import Diagnostic, in_order
from reconciler.core.event import Event, Verb
from reconciler.core.freshness import Facts
from reconciler.core.graph import Edges
from reconciler.core.plan import Plan
from reconciler.core.resource import Resource
from reconciler.core.state import Record, State, fold
from reconciler.store.port import Snapshot
from reconciler.workflow.beginnings import told_beginning
from reconciler.workflow.bills import bills
from reconciler.workflow.ceilings import bounded, judge, submitted, with_history
from reconciler.workflow.checking import check, objections
from reconciler.workflow.deciding import decide
from reconciler.workflow.discover import discover, wanted
from reconciler.workflow.freshness import device_facts, told_stale
from reconciler.workflow.guards import guarded
from reconciler.workflow.import_run import import_runs, with_imports
from reconciler.workflow.moved import former_names, moves, set_aside, with_moves
from reconciler.workflow.observe import Refresh, has_doubt
from reconciler.workflow.policies import judged
from reconciler.workflow.program_sets import bundle, discounted
from reconciler.workflow.remembered import Remembered, remember
from reconciler.workflow.rescues import told_rescues
from reconciler.workflow.reuse import reuse
from reconciler.workflow.selecting import selected
from reconciler.workflow.selection import Selection
from reconciler.workflow.session import Session
from reconciler.workflow.spelling import spelled_anew


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
    declared = spelled_anew(declared, memory.snapshot.state)
    by_address = {str(r.address): r for r in resources}
    renamed = moves(session, declared, memory.snapshot.state)
    snapshot = replace(memory.snapshot, state=fold(memory.snapshot.state, renamed.events))
    imported = import_runs(session, declared, by_address, fold(memory.seen, renamed.events), chosen.holds)
    observed = (*memory.observed, *renamed.events, *imported.events)
    prior, seen = snapshot.state, fold(memory.seen, (*renamed.events, *imported.events))
    facts, unmatched = device_facts(session, resources, seen, how), {}
    changes = decide(session, by_address, snapshot, seen, chosen, facts=facts)
    if _must_search(changes, prior) or any(_is_unseen(r, seen) for r in resources):
        more = discover(session, seen, wanted(resources, former_names(declared)))
        observed, seen, unmatched = (*observed, *more.events), fold(seen, more.events), more.unmatched
        changes = decide(session, by_address, snapshot, seen, chosen, unmatched, facts)
    # After the search: what this environment has paid itself, and forgot with a lost state, comes first.
    held = [c for c in changes if chosen.holds(c.address)]
    live = how is not Refresh.NONE
    shared = reuse(session, held, by_address, former_names(declared), seen, chosen.forced, live=live)
    if shared.events:
        observed, seen = (*observed, *shared.events), fold(seen, shared.events)
        changes = decide(session, by_address, snapshot, seen, chosen, unmatched, facts)
    bundled = bundle(session, [c for c in changes if chosen.holds(c.address)], seen, edges)
    aside = set_aside(changes, renamed.sources, chosen.holds)
    changes, edges = [*bundled.changes.values(), *aside], guarded(bundled.changes.values(), bundled.edges)
    changes = with_imports(with_moves(changes, renamed.sources), imported)
    checked = check(session, changes)
    prices = dict(checked.prices)
    prices |= {a: discounted(prices[a], fee) for a, fee in bundled.fees.items() if a in prices}
    prices = with_history(bounded(session, changes, prices), seen)
    if session.context.budget is not None:
        billed = bills(session, seen, needed=True)
        observed, seen = (*observed, *billed), fold(seen, billed)
    limited = judge(session, changes, prices, seen)
    findings = [
        *told_beginning(session, memory.snapshot),
        *told_rescues(session, memory.snapshot),
        *told_stale(changes, declared),
        *renamed.findings,
        *imported.findings,
        *shared.findings,
        *bundled.findings,
        *checked.diagnostics,
        *limited.findings,
        *objections(session, changes, by_address, prices),
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
    if any(told_rescues(session, known.snapshot)):
        return None
    chosen = selection.with_dependencies(edges)
    prior = known.snapshot.state
    changes = decide(session, resources, known.snapshot, known.seen, chosen)
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


def _tried(
    session: Session, changes: list[Change], declared: Sequence[Declared]
) -> tuple[list[Change], list[Diagnostic], list[str]]:
    """The changes with what they came to on this machine, if anything is expected of anything."""
    if session.context.simulate is None and not any(getattr(d.spec, "expect", None) for d in declared):
        return changes, [], []
    from reconciler.workflow.expectations import tried  # the expression language takes a while to load

    return tried(session, changes, declared)
