"""Do what the plan says, each address after those it waits for, and have every step on disk before the next."""

from __future__ import annotations

import threading
from dataclasses import replace

from reconciler.core.address import Address
from reconciler.core.attempt import Attempt, Outcome
from reconciler.core.change import Action, Change
from reconciler.core.estimate import estimate_of
from reconciler.core.event import PAYING, Concluded, Event, Managed, Verb
from reconciler.core.history import Ending
from reconciler.core.operation import Operation
from reconciler.core.program_set import ProgramSet
from reconciler.core.progress import Progress, Stage
from reconciler.core.resource import Resource
from reconciler.core.state import fold
from reconciler.providers.kind import CloudUnavailable
from reconciler.workflow.applied import Applied
from reconciler.workflow.guard import OverBudget, SpendingGuard
from reconciler.workflow.late import settle, unsettled
from reconciler.workflow.noting import carried_out, counts_of, ended, ending_of
from reconciler.workflow.plan import Planned
from reconciler.workflow.protocol import Caller
from reconciler.workflow.session import Session, Tell
from reconciler.workflow.shared_tasks import siblings
from reconciler.workflow.walk import walk

_ENDS = frozenset({Stage.DONE, Stage.REFUSED, Stage.UNKNOWN, Stage.SKIPPED})
_RECORDED = frozenset({Action.ADOPT, Action.REUSE, Action.FORGET})
# What the cloud says now saves the next plan from asking for it again.
_BEGIN_AN_END = frozenset({Verb.CANCEL, Verb.CANCEL_JOBS, Verb.CLOSE})
_STAGES = {Outcome.ACCEPTED: Stage.DONE, Outcome.REFUSED: Stage.REFUSED, Outcome.UNKNOWN: Stage.UNKNOWN}


def apply(
    session: Session,
    planned: Planned,
    tell: Tell,
    stop: threading.Event,
    parallelism: int = 10,
    operation: str = "apply",
) -> Applied:
    """Apply a plan made under the lock that is still held. Raises the store's errors; the journal then has the rest."""
    run = _Run(session, planned, tell, stop)
    began = carried_out(session, operation, planned.plan)
    first = (*((began,) if began else ()), *planned.observed)
    if first:
        session.store.append(*first)
    ending = Ending.INTERRUPTED
    try:
        run.all(parallelism)
        ending = ending_of(run.applied)
    finally:
        # On any way out: what the journal has becomes the state. A failure to save loses nothing either.
        snapshot = session.store.read()
        state = ended(snapshot.state, began, session.now(), ending, counts_of(planned.plan, run.applied))
        if first or snapshot.version is None:
            session.store.write(state, snapshot.version)
    run.applied.state = state
    return run.applied


class StillWaiting(Exception):  # noqa: N818 - named after the situation
    """A value of another run is needed and not known, so the call was not made."""


class _Run:
    """One execution. Only the main thread schedules and counts; workers make calls."""

    def __init__(self, session: Session, planned: Planned, tell: Tell, stop: threading.Event) -> None:
        self.session = session
        self.planned = planned
        self.stop = stop
        self.applied = Applied(planned.seen)
        self.live = planned.seen
        self.lock = threading.Lock()
        changes = planned.plan.changes
        lists = {table.name: table.digest for table in planned.plan.price_lists}
        self.guard = SpendingGuard(session, changes, lists, planned.seen)
        estimates = {c.address: estimate_of(c.price) for c in changes if c.count(*PAYING)}
        self.caller = Caller(session, self._tell_once(tell), self._learn, self._ids, stop, planned.facts, estimates)
        self.sent: set[str] = set()  # tokens of the program sets whose call was made
        self.total = sum(max(1, len(c.operations)) for c in planned.plan.changes if c.changes_anything)
        self.done = 0
        self.lasting = {c.address for c in changes if c.lasting}

    def _tell_once(self, tell: Tell) -> Tell:
        lock = threading.Lock()

        def one_at_a_time(progress: Progress) -> None:
            with lock:
                self.done = min(self.done + (progress.stage in _ENDS), self.total)
                lasting = progress.address in self.lasting
                tell(replace(progress, done=self.done, total=self.total, lasting=lasting))

        return one_at_a_time

    def all(self, parallelism: int) -> None:
        """Every change, in the order of the graph."""
        changes = {c.address: c for c in self.planned.plan.changes if c.changes_anything}
        walk(changes.keys(), self.planned.plan.edges, lambda address: self._begin(changes[address]), parallelism)

    def _begin(self, change: Change) -> None:
        waits_for = sorted(set(self.planned.plan.edges.get(change.address, ())) & self.applied.failed)
        if self._was_led(change):
            self._steps(change)
        elif self.stop.is_set():
            self.applied.interrupted = True
            self._skip(change, "interrupted before it began")
        elif change.action is Action.BLOCKED:
            self._blocked(change)
        elif waits_for:
            self._skip(change, f"it waits for {waits_for[0]}")
        else:
            self._steps(change)

    def _was_led(self, change: Change) -> bool:
        """Whether the call of its set was made: however that ended, it ended so for this one too."""
        led = [op for op in change.operations if op.led_by is not None]
        attempts = [record.by_token(op.token) for op in led if (record := self.live.records.get(str(op.address)))]
        return any(attempt is not None and attempt.group in self.sent for attempt in attempts)

    def _skip(self, change: Change, why: str) -> None:
        self.applied.skipped[change.address] = why
        self.caller.tell(self.session.progress(change.address, change.action, Stage.SKIPPED, detail=why))

    def _blocked(self, change: Change) -> None:
        self.applied.unknown[change.address] = change.reason
        self.caller.tell(self.session.progress(change.address, "create", Stage.UNKNOWN, detail=change.reason))

    def _steps(self, change: Change) -> None:
        for op in change.operations:
            if not self._step(change, op):
                return
        self._record_only(change)

    def _step(self, change: Change, op: Operation) -> bool:
        self.caller.tell(self.session.progress(op.address, op.verb, Stage.STARTED, id=op.id))
        try:
            event = self._paid(op) if op.verb in PAYING and op.led_by is None else self._call(op)
        except OverBudget as error:
            self.applied.too_dear.add(op.address)
            return self._ended(op, Outcome.REFUSED, "", f"{error}.")
        except (CloudUnavailable, StillWaiting) as error:
            if op.led_by in self.applied.too_dear:
                self.applied.too_dear.add(op.address)
            return self._ended(op, Outcome.REFUSED, "", str(error))
        if event.outcome is Outcome.ACCEPTED and op.verb in _BEGIN_AN_END:
            self._read_back(op.address, self._attempt(op))
        if event.outcome is Outcome.ACCEPTED and op.verb is Verb.TAG:
            self._tell_siblings(event, self._attempt(op))
        return self._ended(op, event.outcome, event.id, event.error)

    def _paid(self, op: Operation) -> Concluded:
        """A call that costs money, if it may. What certainly made nothing, and what was not even sent, cost nothing."""
        self.guard.admit(op)
        try:
            event = self._call(op)
        except (CloudUnavailable, StillWaiting):
            self.guard.settle(op, Outcome.REFUSED)
            raise
        self.guard.settle(op, event.outcome)
        return event

    def _call(self, op: Operation) -> Concluded:
        if op.led_by is not None:
            return self._led(op)
        if op.submits is not None:
            return self._set(op, op.submits)
        if op.verb is Verb.CREATE and op.resource is not None:
            return self.caller.create(op, self._settled(op.resource))
        attempt = self._attempt(op)
        if op.verb is Verb.ADD and op.resource is not None:
            return self.caller.add(op, op.resource, attempt)
        if op.verb is Verb.TAG:
            return self._tag(op, attempt)
        calls = {
            Verb.CANCEL: self.caller.cancel,
            Verb.CANCEL_JOBS: self.caller.cancel_jobs,
            Verb.CLOSE: self.caller.close,
            Verb.UPDATE: self.caller.update,
            Verb.DELETE: self.caller.delete,
        }
        return calls[op.verb](op, attempt)

    def _set(self, op: Operation, together: ProgramSet) -> Concluded:
        resources = [self._settled(member.resource) for member in together.members]
        event = self.caller.create_set(op, together, resources)
        self.sent.add(together.token)
        return event

    def _led(self, op: Operation) -> Concluded:
        """What became of it in the call of its set, which is over."""
        record = self.live.records.get(str(op.address))
        attempt = record.by_token(op.token) if record else None
        if attempt is None or attempt.outcome is Outcome.PENDING:
            raise StillWaiting(f"its program set, led by {op.led_by}, was not submitted")
        at, error = self.session.now(), attempt.failure
        return Concluded(at, "", str(op.address), op.verb, op.token, attempt.outcome, id=attempt.id, error=error)

    def _tag(self, op: Operation, attempt: Attempt) -> Concluded:
        resource = self.planned.resources[str(op.address)]
        put = {k: v for k, v in self._settled(resource).tags.items() if k in op.put}
        put = {**op.put, **put}
        owned = tuple(sorted({*put, *(k for k in attempt.owned if k not in op.drop), *resource.tags}))
        return self.caller.tag(op, attempt, put, owned)

    def _settled(self, resource: Resource) -> Resource:
        settled = settle(resource, self.live, dict(self.planned.resources))
        if unsettled(settled):
            self._read_awaited(resource)
            settled = settle(resource, self.live, dict(self.planned.resources))
        waiting = unsettled(settled)
        if waiting:
            raise StillWaiting(f"it needs {waiting[0]}, which is not known")
        return settled

    def _attempt(self, op: Operation) -> Attempt:
        found = self.live.records[str(op.address)].by_token(op.token)
        if found is None:
            raise LookupError(f"the plan names a run that the state doesn't: {op.address} {op.token}")
        return found

    def _ids(self) -> frozenset[str]:
        with self.lock:
            live = self.live
        return frozenset(a.id for record in live.records.values() for a in record.attempts if a.id)

    def _learn(self, *events: Event) -> None:
        with self.lock:
            self.live = fold(self.live, events)

    def _read_awaited(self, resource: Resource) -> None:
        """A create's answer is an id and no more: whoever waits for the rest has it asked for."""
        for address in sorted(resource.depends):
            record = self.live.records.get(str(address))
            for attempt in record.attempts if record else ():
                if attempt.open and not attempt.status:
                    self._read_back(address, attempt)

    def _read_back(self, address: Address, attempt: Attempt) -> None:
        """A cancel only begins an end: see what it came to, for all whose task it is."""
        try:
            asked = [(str(address), attempt), *siblings(self.live, attempt)]
            seen = list(self.session.cloud(address.kind).observe(asked))
        except CloudUnavailable:
            return  # the next plan reads it: unfinished runs always are
        self.session.store.append(*seen)
        self._learn(*seen)

    def _tell_siblings(self, event: Concluded, attempt: Attempt) -> None:
        """One call tagged them all."""
        told = [replace(event, intent="", address=text, token=a.token) for text, a in siblings(self.live, attempt)]
        if told:
            self.session.store.append(*told)
            self._learn(*told)

    def _ended(self, op: Operation, outcome: Outcome, run_id: str, error: str) -> bool:
        self.applied.note(op, outcome, error)
        stage = _STAGES[outcome]
        self.caller.tell(self.session.progress(op.address, op.verb, stage, id=run_id or op.id, detail=error))
        return outcome is Outcome.ACCEPTED

    def _record_only(self, change: Change) -> None:
        if change.managed is not None:
            event = Managed(self.session.now(), str(change.address), change.managed, change.removal)
            self.session.store.append(event)
        # The end of a call was told when it ended; this tells of what has no call.
        recorded = change.managed is not None or bool(change.moved)
        if change.action in _RECORDED or (recorded and not change.operations):
            self.applied.recorded.append(change.address)
            run_id = change.attempt.id if change.attempt else ""
            # An update without a call is no update of anything but our own record.
            step = "record" if change.action is Action.UPDATE else change.action
            self.caller.tell(self.session.progress(change.address, step, Stage.DONE, id=run_id))
