"""What the record says of the cost of runs, with what it lacks worked out anew."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.core.attempt import Attempt, Outcome
from reconciler.core.estimate import price_of_estimate
from reconciler.core.event import Event
from reconciler.core.expense import Expense
from reconciler.core.money import Price
from reconciler.core.phase import ENDS
from reconciler.core.state import State, fold
from reconciler.providers.kind import Biller
from reconciler.store.errors import LockHeld
from reconciler.store.port import locked
from reconciler.workflow.bills import bills
from reconciler.workflow.ceilings import is_of_this_mode
from reconciler.workflow.remembered import remember
from reconciler.workflow.session import Session


def expenses(session: Session, state: State) -> Iterator[Expense]:
    """Of each attempt that exists or may; those that were refused cost nothing, and lasting objects neither."""
    for address, record in sorted(state.records.items()):
        for attempt in record.attempts:
            charged = attempt.outcome is not Outcome.REFUSED and not attempt.settings and not attempt.shared
            if charged and is_of_this_mode(session, attempt):
                running = attempt.phase not in ENDS and not attempt.missing
                actual = price_of_estimate(attempt.actual)
                at = attempt.submitted or attempt.intended
                yield Expense(address, at, running, _estimate(session, address, attempt), actual)


def _estimate(session: Session, address: str, attempt: Attempt) -> Price | None:
    price = price_of_estimate(attempt.estimate)
    if price is not None:
        return price
    cloud = session.clouds.get(attempt.place.cloud)
    return cloud.reckon(address.partition("/")[0], attempt) if isinstance(cloud, Biller) else None


def record_bills(session: Session) -> State:
    """Ask how unfinished runs stand and what ended ones cost, and write it down; while somebody else holds the state,
    only show it. Raises CloudUnavailable, WrongAccount and the store's errors.
    """
    known = remember(session)
    billed = bills(session, known.seen)
    found: list[Event] = [*known.observed, *billed]
    if not found:
        return known.seen
    try:
        with locked(session.store, session.lock_info("cost")):
            session.store.append(*found)
            snapshot = session.store.read()
            session.store.write(snapshot.state, snapshot.version)
            return snapshot.state
    except LockHeld:
        return fold(known.seen, billed)
