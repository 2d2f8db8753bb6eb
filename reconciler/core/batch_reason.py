"""Why a batch is changed, in one sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from reconciler.core.attempt import Attempt
from reconciler.core.change import Action, Change
from reconciler.core.event import Verb
from reconciler.core.job_change import JobChange
from reconciler.core.phase import UNFINISHED

_OTHERS = {
    Action.CANCEL: "the batch declared here is already paid; the other one at this address is ended",
    Action.LOST: "accepted once, and now the cloud has no such batch; that alone is no reason to pay again",
}


def count(number: int) -> str:
    """A number of jobs in words."""
    return f"{number} job" if number == 1 else f"{number} jobs"


def doing(batch: Attempt, jobs: Sequence[JobChange]) -> str:
    """Where a batch stands, when there is nothing to be done."""
    statuses = Counter(c.job.status or "submitted" for c in jobs)
    told = ", ".join(f"{n} {status}" for status, n in sorted(statuses.items()))
    word = "in progress" if any(c.job.phase in UNFINISHED for c in jobs) else "done"
    opened = "; open for more jobs" if batch.open and batch.accepting else ""
    return f"{word}: {count(len(jobs))}, {told}{opened}" if jobs else f"{word}: {batch.status}"


def reason_of(action: Action, change: Change, same: Sequence[Attempt]) -> str:
    """The sentence for this action; what `doing` said when nothing is done."""
    if action in (Action.CREATE, Action.REPLACE):
        return _created(change, same)
    if action is Action.ADOPT:
        return "; ".join([f"it exists already, submitted {min(a.submitted for a in same)}", *_parts(change)])
    if action is Action.REUSE:
        there = f" in environment {same[-1].shared}" if same[-1].shared else ""
        return "; ".join([f"already paid{there} on {same[-1].submitted[:10]}, not submitted again", *_parts(change)])
    if action is Action.UPDATE:
        return f"updated in place: {'; '.join(_parts(change))}"
    return _OTHERS.get(action, change.reason)


def _created(change: Change, same: Sequence[Attempt]) -> str:
    number = sum(c.submits for c in change.jobs)
    if same:
        paid = sum(c.declared and not c.submits and bool(c.batch) for c in change.jobs)
        kept = f"; {count(paid)} of it {'is' if paid == 1 else 'are'} paid already and not sent again" if paid else ""
        return f"a new batch for {count(number)}, for the last one takes no more{kept}"
    if change.attempt is None:
        return f"declared, and nothing was ever accepted for it: {count(number)}"
    names = ", ".join(f.name for f in change.fields if f.name != "open" and not f.name.startswith("tags."))
    ended = any(op.verb in (Verb.CANCEL, Verb.CLOSE) for op in change.operations)
    old = "the old batch is ended" if ended else f"the old batch ({change.attempt.status}) stays on record"
    return f"a new paid batch of {count(number)}, because {names or 'its canonical form'} changed; {old}"


def _parts(change: Change) -> list[str]:
    told = []
    by_verb: Counter[Verb] = Counter()
    for op in change.operations:
        by_verb[op.verb] += len(op.jobs)
    verbs = {op.verb for op in change.operations}
    retried = sum(c.action == "retry" for c in change.jobs)
    if Verb.ADD in verbs:
        again = f", {retried} of them tried again" if retried else ""
        told.append(f"{count(by_verb[Verb.ADD])} to add to the open batch{again}")
    if Verb.CANCEL_JOBS in verbs:
        told.append(f"{count(by_verb[Verb.CANCEL_JOBS])} to cancel, no longer declared")
    if Verb.CLOSE in verbs:
        told.append("it takes no more jobs and is closed")
    names = [f.name for f in change.fields if f.name.startswith(("tags.", "run."))]
    return [*told, ", ".join(names)] if names else told
