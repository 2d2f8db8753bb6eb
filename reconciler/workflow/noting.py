"""Entries for the log: who begins what, from where, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from reconciler.core.event import Began, Finished
from reconciler.core.history import Ending, LogEntry, Origin, bounds_of
from reconciler.core.plan import Plan
from reconciler.core.state import State, fold
from reconciler.store.errors import LockInfo

if TYPE_CHECKING:
    from reconciler.workflow.applied import Applied
    from reconciler.workflow.session import Session

_LONGEST = 200  # characters of a name that comes from outside
_ID = 12  # characters: enough that no two commands of a state share one


def begin(info: LockInfo, origin: Origin | None = None, plan: Plan | None = None) -> Began:
    """The holder of the lock begins to change something."""
    entry = LogEntry(
        id=info.id[:_ID],
        operation=info.operation,
        begun=info.created,
        who=info.who[:_LONGEST],
        host=info.host[:_LONGEST],
        version=info.version,
        origin=origin or Origin(),
        fingerprint=plan.fingerprint if plan else "",
        planned=bounds_of(plan.cost) if plan and plan.prices else (),
    )
    return Began(info.created, entry)


def carried_out(session: Session, operation: str, plan: Plan) -> Began | None:
    """The same for a plan, now; None for one that changes nothing."""
    return None if plan.empty else begin(session.lock_info(operation), session.origin(), plan)


def ended(state: State, began: Began | None, at: str, ending: Ending, counts: Mapping[str, int]) -> State:
    """The state with the end of this command, to be saved as one."""
    return fold(state, [Finished(at, began.entry.id, ending, counts)]) if began else state


def noted(state: State, began: Began, counts: Mapping[str, int] | None = None) -> State:
    """The same for a command that is done in one step."""
    return ended(state, began, began.at, Ending.COMPLETE, counts or {})


def ending_of(applied: Applied) -> Ending:
    """How applying went."""
    if applied.interrupted:
        return Ending.INTERRUPTED
    open_ends = applied.refused or applied.unknown or applied.skipped
    return Ending.INCOMPLETE if open_ends else Ending.COMPLETE


def counts_of(plan: Plan, applied: Applied) -> dict[str, int]:
    """The numbers that apply tells in its last line; what is 0 is left out."""
    counts = {
        **applied.counts(plan),
        "recorded": len(applied.recorded),
        "jobs_sent": len(applied.added),
        "jobs_cancelled": len(applied.withdrawn),
        "closed": len(applied.closed),
    }
    return {name: count for name, count in counts.items() if count}
