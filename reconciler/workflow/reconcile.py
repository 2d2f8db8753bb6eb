"""One round of an agent: take the lock, plan, do what may be done of it, save, give the lock back."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace

from reconciler.core.address import Address
from reconciler.core.cycle import Cycle, Verdict, calls_told
from reconciler.core.declared import Declared
from reconciler.core.diagnostic import Diagnostic, Severity
from reconciler.core.event import Verb
from reconciler.core.permission import Applying, Permission, withheld
from reconciler.core.phase import ENDS
from reconciler.core.plan import Plan
from reconciler.core.state import State, fold
from reconciler.store.errors import LockHeld
from reconciler.store.port import locked
from reconciler.workflow.applied import Applied
from reconciler.workflow.apply import apply
from reconciler.workflow.bills import bills
from reconciler.workflow.ceilings import spent_before
from reconciler.workflow.observe import Refresh
from reconciler.workflow.plan import Planned, make_plan
from reconciler.workflow.selection import Selection
from reconciler.workflow.session import Session, Tell


@dataclass(frozen=True, slots=True)
class Work:
    """The project as it was just read, and what may be done with it. `commit` is empty outside a repository."""

    session: Session
    declared: Sequence[Declared]
    permission: Permission
    warnings: Sequence[Diagnostic] = ()
    commit: str = ""
    lock_timeout: float = 0.0
    parallelism: int = 10
    asked: set[str] = field(default_factory=set)  # tokens of ended runs whose cost was asked for, in earlier rounds too

    def plan(self, excluded: frozenset[Address] = frozenset()) -> Planned:
        """Made anew, from what is declared, remembered and live."""
        edges = {d.address: d.depends for d in self.declared}
        return make_plan(
            self.session, self.declared, edges, Refresh.OPEN, Selection(excluded=excluded), warnings=self.warnings
        )


@dataclass(frozen=True, slots=True)
class Hands:
    """What the shell around a round lends it.

    `ready` hears what is about to be done; while `in_flight` lasts, a wish to stop sets the event instead of ending
    the process; `taken` hears that somebody took the lock away.
    """

    tell: Tell
    ready: Callable[[Plan], None]
    in_flight: Callable[[], AbstractContextManager[threading.Event]]
    taken: Callable[[], None]


def reconcile(work: Work, hands: Hands) -> Cycle:
    """The round. Its durations are filled in by the caller, but for the wait for the lock.

    Raises what planning and applying raise. Whoever only plans takes no lock and writes nothing, as `qctl plan`.
    """
    session = work.session
    first = Cycle(session.now(), Verdict.SYNCED, "", commit=work.commit, budget=session.context.budget)
    if work.permission.applying is Applying.NEVER:
        planned = work.plan()
        return _ended(session, first, planned.plan, withheld(planned.plan, work.permission), planned.seen)
    asked = session.clock.monotonic()
    info = session.lock_info(f"reconcile {work.commit[:12]}".strip())
    try:
        with locked(session.store, info, work.lock_timeout, taken=hands.taken):
            first = replace(first, waited=session.clock.monotonic() - asked)
            return _under_lock(work, hands, first)
    except LockHeld as error:
        detail = f"{error.diagnostic.detail} Nothing was done."
        return replace(first, verdict=Verdict.LOCKED, detail=detail, waited=session.clock.monotonic() - asked)


def _under_lock(work: Work, hands: Hands, first: Cycle) -> Cycle:
    session = work.session
    whole = work.plan()
    kept = withheld(whole.plan, work.permission)
    planned = work.plan(frozenset(kept)) if kept else whole
    # A run may have changed between two looks: what is done has passed the judgement itself, not only its forerunner.
    if kept and (moved := withheld(planned.plan, work.permission)):
        return _ended(session, first, whole.plan, {**moved, **kept}, planned.seen)
    if not planned.plan.applicable:
        left = {**_all_of(planned.plan, _why_not(planned.plan)), **kept}
        verdict = Verdict.REFUSED if planned.plan.refused else Verdict.FAILED
        found = replace(first, verdict=verdict, findings=planned.plan.diagnostics)
        shown = whole.plan if kept else planned.plan
        return _ended(session, found, shown, left, planned.seen)
    hands.ready(planned.plan)
    planned = _billed(session, planned, work.asked)
    with hands.in_flight() as stop:
        applied = apply(session, planned, hands.tell, stop, work.parallelism, "reconcile")
    return _after(session, replace(first, done=_calls(applied)), whole.plan, kept, applied)


def _billed(session: Session, planned: Planned, asked: set[str]) -> Planned:
    """With what ended runs cost: nobody else looks, where an agent works. What has no answer is not asked again."""
    records = planned.seen.records.items()
    ended = {a.token for _, record in records for a in record.attempts if a.phase in ENDS} - asked
    if not ended:
        return planned
    asked |= ended
    recent = {address: r for address, r in records if any(a.token in ended for a in r.attempts)}
    told = bills(session, replace(planned.seen, records=recent))
    return replace(planned, observed=(*planned.observed, *told), seen=fold(planned.seen, told))


def _after(session: Session, cycle: Cycle, plan: Plan, kept: Mapping[Address, str], applied: Applied) -> Cycle:
    left = {**kept, **applied.refused, **applied.unknown, **applied.skipped}
    verdict = Verdict.SYNCED if plan.empty else Verdict.APPLIED
    if applied.unknown:
        verdict = Verdict.INCOMPLETE
    elif applied.interrupted:
        verdict = Verdict.INTERRUPTED
    elif applied.refused:
        dear = applied.refused.keys() <= applied.too_dear
        verdict = Verdict.REFUSED if dear else Verdict.INCOMPLETE
    cycle = replace(cycle, verdict=verdict, refused=len(applied.refused), unknown=len(applied.unknown))
    return _ended(session, cycle, plan, left, applied.state)


def _ended(session: Session, cycle: Cycle, plan: Plan, left: Mapping[Address, str], state: State) -> Cycle:
    quiet = cycle.verdict in (Verdict.SYNCED, Verdict.APPLIED)
    return replace(
        cycle,
        verdict=Verdict.WITHHELD if left and quiet else cycle.verdict,
        detail=_detail(plan, left, cycle.done),
        plan=plan,
        state=state,
        left=left,
        findings=cycle.findings or plan.diagnostics,
        spent=spent_before(session, state, frozenset()),
    )


def _detail(plan: Plan, left: Mapping[Address, str], done: Mapping[str, int]) -> str:
    calls = calls_told(done)
    parts = [plan.summary, f"Done: {calls}." if calls else ""]
    if left:
        address, why = min(left.items())
        more = f", and {len(left) - 1} more" if len(left) > 1 else ""
        parts.append(f"Left as it is: {address} ({why}){more}.")
    return " ".join(filter(None, parts))


def _all_of(plan: Plan, why: str) -> dict[Address, str]:
    return {c.address: why for c in plan.changes if c.changes_anything}


def _why_not(plan: Plan) -> str:
    error = next(d for d in plan.diagnostics if d.severity is Severity.ERROR)
    return f"the plan is refused: {error.code}"


def _calls(applied: Applied) -> dict[str, int]:
    lists = {
        Verb.CREATE: applied.submitted,
        Verb.ADD: applied.added,
        Verb.CANCEL: applied.cancelled,
        Verb.CANCEL_JOBS: applied.withdrawn,
        Verb.CLOSE: applied.closed,
        Verb.UPDATE: applied.tagged,
    }
    return {str(verb): len(addresses) for verb, addresses in lists.items() if addresses}
