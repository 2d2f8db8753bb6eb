"""Decide: what the core's truth table is given, beside what is declared, remembered and seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from reconciler.core.address import Address
from reconciler.core.change import Change
from reconciler.core.diff import diff
from reconciler.core.freshness import Facts
from reconciler.core.resource import Resource
from reconciler.core.rules import Rules
from reconciler.core.state import State
from reconciler.store.port import Snapshot
from reconciler.workflow.late import settle
from reconciler.workflow.observe import doubt_is_over
from reconciler.workflow.selection import Selection
from reconciler.workflow.session import Session


def decide(
    session: Session,
    resources: dict[str, Resource],
    snapshot: Snapshot,
    seen: State,
    chosen: Selection,
    unmatched: Mapping[str, str] | None = None,
    facts: Mapping[str, Facts] | None = None,
) -> list[Change]:
    """What would happen to each address. `unmatched` says why runs of a kind can't be searched for."""
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
    doubtful = [a for record in seen.records.values() for a in record.attempts if a.doubtful]
    return frozenset(a.token for a in doubtful if doubt_is_over(session, a))


def _doubts(state: State) -> frozenset[str]:
    return frozenset(a.token for record in state.records.values() for a in record.attempts if a.doubtful)
