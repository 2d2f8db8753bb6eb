"""The truth table of a batch: its jobs one by one, in as few calls as possible."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from reconciler.core.attempt import Attempt
from reconciler.core.batch_reason import doing, reason_of
from reconciler.core.change import Action, Change, FieldChange
from reconciler.core.compare import execution_changes, tag_changes
from reconciler.core.event import Verb
from reconciler.core.fields import FieldClass
from reconciler.core.job_change import JobAction, JobChange
from reconciler.core.ledger import ledger
from reconciler.core.lower import endings, in_doubt, next_number, submission
from reconciler.core.operation import Operation
from reconciler.core.phase import Phase
from reconciler.core.resource import Resource
from reconciler.core.rules import Rules
from reconciler.core.state import Record


def batch_change(resource: Resource, prior: Record | None, record: Record, rules: Rules) -> Change:
    """What to do about a declared batch. Jobs that are paid are never sent again, in whatever batch they are."""
    doubtful = [a for a in record.attempts if a.doubtful]
    if doubtful:
        return in_doubt(resource, doubtful[-1], rules)
    # What may have been added to a batch that is gone is lost with it.
    adding = next((a for a in record.attempts if a.adding is not None and not a.missing), None)
    if adding is not None:
        return _adding_in_doubt(resource, adding)
    same = tuple(a for a in record.attempts if a.exists and resource.wants(a))
    strays = tuple(a for a in record.attempts if a.open and not resource.wants(a))
    unread = next((a for a in same if not a.jobs), None)
    if unread is not None:
        reason = f"the cloud does not say which jobs batch {unread.id} has, so nobody can say which are paid"
        return Change(resource.address, Action.BLOCKED, reason, attempt=unread)
    begun = any(a.token in rules.fresh for a in same)
    if resource.address in rules.forced and not begun:
        return _forced(resource, record, same, strays, rules)
    change = _Reconciled(resource, prior, record, rules, same, strays, tuple(ledger(resource, same))).change()
    if resource.address in rules.forced:
        # The same command, given again after it broke off, must not pay again.
        warning = "A command that broke off began another run of it already: --replace is done."
        return replace(change, warning=" ".join(filter(None, (warning, change.warning))))
    return change


def _adding_in_doubt(resource: Resource, batch: Attempt) -> Change:
    adding = batch.adding
    since, count = (adding.at, len(adding.jobs)) if adding else ("", 0)
    reason = (
        f"{count} {'job' if count == 1 else 'jobs'} sent to the open batch at {since} can't be found in it yet, and "
        "may still appear; it must be settled before anything else"
    )
    return Change(resource.address, Action.BLOCKED, reason, attempt=batch)


def _forced(
    resource: Resource, record: Record, same: tuple[Attempt, ...], strays: tuple[Attempt, ...], rules: Rules
) -> Change:
    number = next_number(a for a in record.attempts if resource.wants(a))
    ends = endings(resource.address, [*(a for a in same if a.open), *strays], resource.rules.on_remove)
    create = submission(resource, number, rules)
    jobs = tuple(JobChange(job, JobAction.SUBMIT, "asked for with --replace") for job in create.jobs)
    action = Action.REPLACE if ends else Action.CREATE
    reason = f"asked for with --replace: batch {number}"
    return Change(resource.address, action, reason, operations=(*ends, create), jobs=jobs)


@dataclass(frozen=True, slots=True)
class _Reconciled:
    """One declared batch: `same` are the attempts of this very run, `strays` unfinished ones of another."""

    resource: Resource
    prior: Record | None
    record: Record
    rules: Rules
    same: tuple[Attempt, ...]
    strays: tuple[Attempt, ...]
    jobs: tuple[JobChange, ...]

    def change(self) -> Change:
        """The decision."""
        ends = endings(self.resource.address, self.strays, self.resource.rules.on_remove)
        submits = self._submits()
        closes = self._closes()
        tags, tag_fields = self._tags()
        operations = (*ends, *self._withdrawals(), *submits, *closes, *tags)
        removal = "" if self._removal_stands() else str(self.resource.rules.on_remove)
        fields = (*self._other_fields(submits), *self._opening_fields(closes), *tag_fields)
        if removal:
            fields = (*fields, FieldChange("run.onRemove", FieldClass.LOCAL, self.record.removal, removal))
        attempt = self._attempt()
        change = Change(
            self.resource.address,
            Action.NONE,
            doing(attempt, self.jobs) if attempt else "",
            fields,
            operations,
            attempt,
            removal=removal,
            jobs=self.jobs,
            managed=True if self.same and (removal or not self.record.managed or self._is_shared_now()) else None,
            warning=self._warning(),
        )
        action = self._action(change, ends, submits)
        return replace(change, action=action, reason=reason_of(action, change, self.same))

    def _submits(self) -> tuple[Operation, ...]:
        jobs = tuple(c.job for c in self.jobs if c.submits)
        if not jobs:
            return ()
        # As they are wanted: without the id and status of an earlier try.
        fresh = tuple(replace(j, id="", status="", failure="", phase=Phase.OPEN, running=False) for j in jobs)
        target = self._target()
        if target is None:
            number = next_number(a for a in self.record.attempts if self.resource.wants(a))
            return (replace(submission(self.resource, number, self.rules), jobs=fresh),)
        address = self.resource.address
        return (Operation(Verb.ADD, address, target.token, id=target.id, resource=self.resource, jobs=fresh),)

    def _target(self) -> Attempt | None:
        """The newest batch that takes more jobs."""
        return max((a for a in self.same if a.open and a.accepting), key=lambda a: a.number, default=None)

    def _withdrawals(self) -> tuple[Operation, ...]:
        gone = {c.job.id for c in self.jobs if c.action is JobAction.CANCEL}
        made = []
        for batch in self.same:
            jobs = tuple(job for job in batch.jobs if job.id in gone)
            if jobs:
                made.append(Operation(Verb.CANCEL_JOBS, self.resource.address, batch.token, id=batch.id, jobs=jobs))
        return tuple(made)

    def _closes(self) -> tuple[Operation, ...]:
        """Last of all calls to a batch: what is closed takes nothing more."""
        count = len(self.resource.jobs or ())
        over = [a for a in self.same if a.open and a.accepting]
        over = [a for a in over if not self.resource.opening.stays(count, _age(a, self.rules.now))]
        return tuple(Operation(Verb.CLOSE, self.resource.address, a.token, id=a.id) for a in over)

    def _tags(self) -> tuple[tuple[Operation, ...], tuple[FieldChange, ...]]:
        operations: list[Operation] = []
        fields: dict[str, FieldChange] = {}
        for batch in self.same:
            if batch.missing or batch.shared:
                continue  # there is nothing left to put tags on, or it is another environment's own
            put, drop, changed = tag_changes(self.resource, batch, self.rules.marks(self.resource.address, batch))
            fields |= {field.name: field for field in changed}
            if put or drop:
                address = self.resource.address
                operations.append(Operation(Verb.TAG, address, batch.token, id=batch.id, put=put, drop=drop))
        return tuple(operations), tuple(fields.values())

    def _removal_stands(self) -> bool:
        return not self.same or self.record.removal == self.resource.rules.on_remove

    def _other_fields(self, submits: tuple[Operation, ...]) -> tuple[FieldChange, ...]:
        """What makes it another run than the one before."""
        before = next((a for a in reversed(self.record.attempts) if a.exists), None)
        if self.same or before is None or not submits:
            return ()
        return execution_changes(before, self.resource)

    def _opening_fields(self, closes: tuple[Operation, ...]) -> tuple[FieldChange, ...]:
        return (FieldChange("open", FieldClass.MUTABLE, True, False),) if closes else ()

    def _attempt(self) -> Attempt | None:
        known = self.same or tuple(a for a in self.record.attempts if a.exists)
        return max(known, key=lambda a: a.number, default=None) if self.same else next(reversed(known), None)

    def _is_shared_now(self) -> bool:
        """Whether another environment's batch is to be recorded here."""
        return any(a.shared for a in self.same if self._is_new(a))

    def _is_new(self, batch: Attempt) -> bool:
        return self.prior is None or self.prior.by_token(batch.token) is None

    def _warning(self) -> str:
        told = [f"Job {c.job.label or c.job.id} {c.warning}." for c in self.jobs if c.warning]
        if not told:
            return ""
        more = f" {len(told) - 3} more are like these." if len(told) > 3 else ""
        retry = ", or allow run.retry" if any(c.warning and not c.job.open for c in self.jobs) else ""
        remedy = f"Raise run.generation to pay for the whole batch again{retry}."
        return f"{' '.join(told[:3])}{more} {remedy}"

    def _action(self, change: Change, ends: tuple[Operation, ...], submits: tuple[Operation, ...]) -> Action:
        if any(op.verb is Verb.CREATE for op in submits):
            return Action.REPLACE if ends else Action.CREATE
        if any(not a.shared for a in self.same if self._is_new(a)):
            return Action.ADOPT
        if self._is_shared_now() or not self.record.managed:
            return Action.REUSE
        if ends and len(ends) == len(change.operations):
            return Action.CANCEL
        if change.operations or change.removal:
            return Action.UPDATE
        return Action.LOST if any(a.missing for a in self.same) and change.warning else Action.NONE


def _age(batch: Attempt, now: datetime | None) -> float:
    """Seconds since it was submitted; 0 while nobody knows."""
    if now is None or not batch.submitted:
        return 0.0
    return (now - datetime.fromisoformat(batch.submitted)).total_seconds()
