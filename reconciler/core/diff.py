"""The truth table: desired and remembered (brought up to date by observing) against each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from reconciler.core.address import Address, parse_address
from reconciler.core.attempt import Attempt
from reconciler.core.batch_diff import batch_change
from reconciler.core.change import Action, Change, FieldChange
from reconciler.core.compare import execution_changes, tag_changes, tags_stand
from reconciler.core.event import Verb
from reconciler.core.fields import FieldClass
from reconciler.core.lower import endings, in_doubt, next_number, submission
from reconciler.core.object_diff import is_kept, object_change, protected, unbounded
from reconciler.core.operation import Operation
from reconciler.core.phase import Phase
from reconciler.core.refreshing import refreshed
from reconciler.core.resource import Removal, Resource
from reconciler.core.rules import Rules
from reconciler.core.standing import standing
from reconciler.core.state import Record, State


def diff(resources: Iterable[Resource], prior: State, seen: State, rules: Rules) -> list[Change]:
    """One change per address, declared or remembered, sorted by address. `seen` is `prior` after observing."""
    wanted = {str(r.address): r for r in resources}
    changes = []
    for text, resource in wanted.items():
        changes.append(_form_of(resource)(resource, prior.records.get(text), seen.records.get(text, Record()), rules))
    for text, record in seen.records.items():
        if text not in wanted:
            change = _undeclared(parse_address(text), prior.records.get(text), record)
            if change is not None:
                changes.append(change)
    return sorted(changes, key=lambda c: c.address)


def _form_of(resource: Resource) -> Callable[[Resource, Record | None, Record, Rules], Change]:
    if resource.settings is not None:
        return object_change
    return _declared if resource.jobs is None else batch_change


def _declared(resource: Resource, prior: Record | None, record: Record, rules: Rules) -> Change:
    if prior is record and _is_settled(resource, record, rules):
        attempt = record.attempts[0]
        return Change(resource.address, Action.NONE, _doing(attempt), attempt=attempt)
    same = [a for a in record.attempts if resource.wants(a)]
    doubtful = [a for a in record.attempts if a.doubtful]
    if doubtful:
        return in_doubt(resource, doubtful[-1], rules)
    strays = [a for a in record.attempts if a.open and not resource.wants(a)]
    if resource.address in rules.forced:
        begun = [a for a in same if a.exists and a.token in rules.fresh]
        if not begun:
            return _forced(resource, same, strays, rules)
        change = _kept(resource, prior, record, max(begun, key=lambda a: a.number), strays, rules)
        # The same command, given again after it broke off, must not pay again.
        return replace(change, warning="A command that broke off began another run of it already: --replace is done.")
    stands = standing(resource, same)
    if stands is not None:
        return refreshed(_kept(resource, prior, record, stands, strays, rules), resource, record, rules)
    return _new(resource, record, same, strays, rules)


def _is_settled(resource: Resource, record: Record, rules: Rules) -> bool:
    """One run, finished, of what is declared, with its tags as they should be: what the long way calls a no-op.

    Nearly every address of a grown project. The long way takes ten times as long to say the same.
    """
    if (
        resource.jobs is not None
        or resource.rules.freshness is not None
        or len(record.attempts) != 1
        or not record.managed
        or record.removal != resource.rules.on_remove
    ):
        return False
    attempt = record.attempts[0]
    return (
        attempt.phase is Phase.DONE
        and attempt.exists
        and resource.wants(attempt)
        and (not rules.forced or resource.address not in rules.forced)
        and (bool(attempt.shared) or tags_stand(resource, attempt, rules.marks(resource.address, attempt)))
    )


def _doing(attempt: Attempt) -> str:
    if attempt.phase is Phase.DONE:
        by = f", paid in environment {attempt.shared}" if attempt.shared else ""
        return f"done: {attempt.status} on {attempt.ended[:10] or attempt.submitted[:10]}{by}"
    place = f", place {attempt.queue} in the queue" if attempt.queue else ""
    return f"in progress: {attempt.status or 'submitted'}{place}"


def _forced(resource: Resource, same: list[Attempt], strays: list[Attempt], rules: Rules) -> Change:
    number = next_number(same)
    cancels = endings(resource.address, [a for a in same if a.open] + strays, resource.rules.on_remove)
    action = Action.REPLACE if cancels else Action.CREATE
    create = submission(resource, number, rules)
    return Change(
        resource.address, action, f"asked for with --replace: attempt {number}", operations=(*cancels, create)
    )


def _kept(
    resource: Resource, prior: Record | None, record: Record, attempt: Attempt, strays: list[Attempt], rules: Rules
) -> Change:
    if attempt.phase in (Phase.FAILED, Phase.CANCELLED):
        return _ended_badly(resource, prior, record, attempt, strays, rules)
    cancels = endings(resource.address, strays, resource.rules.on_remove)
    if attempt.missing and attempt.phase is not Phase.DONE:
        reason = "accepted once, and now the cloud has no such run; that alone is no reason to pay again"
        warning = (
            f"The cloud has no run {attempt.id}, though it accepted it: it may be hidden from these credentials, or "
            "deleted. Raise run.generation to submit it again."
        )
        return Change(resource.address, Action.LOST, reason, operations=cancels, attempt=attempt, warning=warning)
    change = _in_place(resource, prior, record, attempt, rules)
    if cancels:
        reason = "the run declared here is already paid; the other one at this address is cancelled"
        return replace(change, action=Action.CANCEL, reason=reason, operations=(*cancels, *change.operations))
    return change


def _in_place(resource: Resource, prior: Record | None, record: Record, attempt: Attempt, rules: Rules) -> Change:
    put, drop, fields = tag_changes(resource, attempt, rules.marks(resource.address, attempt))
    # Finished, and since forgotten by the cloud: there is nothing left to put tags on. Or another environment's own.
    if attempt.missing or attempt.shared:
        put, drop, fields = {}, (), ()
    tag = Operation(Verb.TAG, resource.address, attempt.token, id=attempt.id, put=put, drop=drop)
    operations = (tag,) if put or drop else ()
    removal = "" if record.removal == resource.rules.on_remove else str(resource.rules.on_remove)
    if removal:
        fields = (*fields, FieldChange("run.onRemove", FieldClass.LOCAL, record.removal, removal))
    change = Change(resource.address, Action.NONE, _doing(attempt), fields, operations, attempt, removal=removal)
    if removal:
        change = replace(change, managed=True)
    is_new = _is_new(prior, attempt)
    if is_new and not attempt.shared:
        return replace(change, action=Action.ADOPT, reason=_found(resource, attempt, rules))
    if is_new or not record.managed:
        there = f" in environment {attempt.shared}" if attempt.shared else ""
        reason = f"already paid{there} on {attempt.submitted[:10]}, no submission"
        return replace(change, action=Action.REUSE, reason=reason, managed=True)
    if fields:
        names = ", ".join(f.name for f in fields)
        return replace(change, action=Action.UPDATE, reason=f"updated in place, not run again: {names}")
    return change


def _is_new(prior: Record | None, attempt: Attempt) -> bool:
    return prior is None or prior.by_token(attempt.token) is None


def _found(resource: Resource, attempt: Attempt, rules: Rules) -> str:
    if resource.address.kind in rules.unmarked:
        return f"an equal run exists already, submitted {attempt.submitted}; it is known by its content alone"
    return f"it exists already, submitted {attempt.submitted}"


def _ended_badly(
    resource: Resource, prior: Record | None, record: Record, attempt: Attempt, strays: list[Attempt], rules: Rules
) -> Change:
    same = [a for a in record.attempts if resource.wants(a)]
    accepted = sum(a.exists for a in same)
    allowed = resource.rules.max_attempts
    ended = f"attempt {attempt.number} ended {attempt.status or attempt.phase}"
    cancels = endings(resource.address, strays, resource.rules.on_remove)
    if attempt.phase in resource.rules.retry_on and accepted < allowed:
        create = submission(resource, next_number(same), rules)
        reason = f"{ended}; run.retry allows attempt {accepted + 1} of {allowed}"
        action = Action.REPLACE if cancels else Action.CREATE
        return Change(resource.address, action, reason, operations=(*cancels, create), attempt=attempt)
    why = f": {attempt.failure.rstrip('. ')}" if attempt.failure else ""
    warning = f"{ended}{why}. Raise run.generation to pay for another run, or allow run.retry."
    if cancels:
        return Change(resource.address, Action.CANCEL, ended, operations=cancels, attempt=attempt, warning=warning)
    if _is_new(prior, attempt) and not attempt.shared:
        reason = f"{_found(resource, attempt, rules)}; {ended}"
        return Change(resource.address, Action.ADOPT, reason, attempt=attempt, warning=warning)
    return Change(resource.address, Action.NONE, ended, attempt=attempt, warning=warning)


def _new(resource: Resource, record: Record, same: list[Attempt], strays: list[Attempt], rules: Rules) -> Change:
    cancels = endings(resource.address, strays, resource.rules.on_remove)
    create = submission(resource, next_number(same), rules)
    before = next((a for a in reversed(record.attempts) if a.exists), None)
    if before is None:
        reason = "declared, and nothing was ever accepted for it"
        return Change(resource.address, Action.CREATE, reason, operations=(create,))
    fields = execution_changes(before, resource)
    names = ", ".join(f.name for f in fields) or "its canonical form"
    old = "the old run is cancelled" if cancels else f"the old run ({before.status or before.phase}) stays on record"
    reason = f"a new paid run, because {names} changed; {old}"
    action = Action.REPLACE if cancels else Action.CREATE
    return Change(resource.address, action, reason, fields, (*cancels, create), before)


def _undeclared(address: Address, prior: Record | None, record: Record) -> Change | None:
    doubtful = [a for a in record.attempts if a.doubtful]
    if doubtful:
        # What may run unseen comes first: only when it is settled can it be ended.
        reason = f"no longer declared, but the submission of {doubtful[-1].intended} has no known outcome"
        return Change(address, Action.BLOCKED, reason, attempt=doubtful[-1], declared=False)
    last = next((a for a in reversed(record.attempts) if a.exists), None)
    running = [a for a in record.attempts if a.open]
    ours = [a for a in running if is_kept(a)]
    if ours and record.removal == Removal.PROTECT:
        return protected(address, ours[-1], declared=False)
    cancels = endings(address, ours, Removal(record.removal))
    if cancels:
        warning = unbounded(ours)
        return Change(
            address,
            Action.CANCEL,
            "no longer declared",
            operations=cancels,
            attempt=last,
            managed=False,
            declared=False,
            warning=warning,
        )
    if ours and record.removal == Removal.CANCEL:
        return Change(address, Action.NONE, "no longer declared; being cancelled", attempt=last, declared=False)
    if not record.managed or (prior is None and not running):
        return None
    reason = f"no longer declared; {_left(last, running)}"
    return Change(address, Action.FORGET, reason, attempt=last, managed=False, declared=False)


def _left(last: Attempt | None, running: list[Attempt]) -> str:
    if any(a.alike for a in running):
        return "left to run: it was found by its content alone, and may be somebody else's"
    if any(not is_kept(a) for a in running):
        return "it was observed only, and stays as it is"
    if running:
        return "left alone (onRemove: orphan)" if running[-1].settings else "left to run (onRemove: orphan)"
    if last is None:
        return "nothing was ever accepted for it"
    if last.settings:
        return "it is deleted already"
    return "the cloud has no such run" if last.missing else "finished, stays on record"
