"""Decisions as calls: the steps that submit, and those that end what nobody wants any more."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.core.address import Address
from reconciler.core.attempt import Attempt, Outcome
from reconciler.core.change import Action, Change
from reconciler.core.event import Verb
from reconciler.core.operation import Operation
from reconciler.core.phase import Phase
from reconciler.core.resource import Removal, Resource
from reconciler.core.rules import Rules


def next_number(same: Iterable[Attempt]) -> int:
    """A refused attempt left nothing behind: its number, and with it its token, is free to be used again."""
    return max((a.number for a in same if a.outcome is not Outcome.REFUSED), default=0) + 1


def submission(resource: Resource, number: int, rules: Rules) -> Operation:
    """The call that makes the attempt with this number."""
    token = resource.token(rules.scope, number)
    return Operation(
        Verb.CREATE, resource.address, token, number=number, resource=resource, jobs=tuple(resource.jobs or ())
    )


def endings(address: Address, running: Iterable[Attempt], removal: Removal) -> tuple[Operation, ...]:
    """The calls that end these runs. An open batch whose jobs are over is closed: cancelling it would say otherwise."""
    if removal is not Removal.CANCEL:
        return ()
    asked = [a for a in running if a.phase is not Phase.CLOSING and not a.alike]
    return tuple(Operation(_ending(a), address, a.token, id=a.id) for a in asked)


def _ending(attempt: Attempt) -> Verb:
    if attempt.settings:
        return Verb.DELETE
    over = attempt.accepting and attempt.jobs and not any(job.open for job in attempt.jobs)
    return Verb.CLOSE if over else Verb.CANCEL


def in_doubt(resource: Resource, attempt: Attempt, rules: Rules) -> Change:
    """What to do about a submission without a known outcome."""
    since = f"the submission of {attempt.intended} has no known outcome"
    if resource.address.kind in rules.unmatched:
        reason = f"{since}, and it can't be looked for: {rules.unmatched[resource.address.kind]}"
        if not attempt.request:  # nobody remembers a call: it is in question only because nobody can look
            reason = attempt.failure
        return Change(resource.address, Action.BLOCKED, reason, attempt=attempt)
    if attempt.token in rules.stale:
        what = attempt.failure or "a run that it may have made has lost our tags"
        reason = f"{since}, and {what}; say which with `qctl state resolve`"
        return Change(resource.address, Action.BLOCKED, reason, attempt=attempt)
    # What was submitted under another name can't be repeated: the same token would meet other tags.
    if resource.address.kind in rules.once or not resource.wants(attempt) or attempt.origin:
        why = f" ({attempt.failure.rstrip('. ')})" if attempt.failure else ""
        reason = f"{since}{why}; it must be settled before anything else"
        return Change(resource.address, Action.BLOCKED, reason, attempt=attempt)
    # The attempt's own token, not a new one: its digest may be of an older canonical form.
    token = attempt.token
    create = Operation(Verb.CREATE, resource.address, token, number=attempt.number, resource=resource, repeats=True)
    reason = f"{since}; it is repeated with the same client token, so it can't be paid twice"
    return Change(resource.address, Action.RESOLVE, reason, operations=(create,), attempt=attempt)
