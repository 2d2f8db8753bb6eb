"""Which jobs of a batch are paid, which are still to be submitted, and which nobody wants any more."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from reconciler.core.attempt import Attempt
from reconciler.core.job import Job
from reconciler.core.job_change import JobAction, JobChange
from reconciler.core.phase import Phase
from reconciler.core.resource import Removal, Resource

Held = tuple[Attempt, Job]

# A wanted job is given the best that there is: a finished one before one on its way, and one that failed last.
_RANK = {Phase.DONE: 0, Phase.OPEN: 1, Phase.CLOSING: 2, Phase.FAILED: 3, Phase.CANCELLED: 4}


def ledger(resource: Resource, batches: Sequence[Attempt]) -> list[JobChange]:
    """One entry for each wanted job in the order of the manifest, then those that are left over.

    `batches` are the attempts of this very run. Jobs are compared by what they run, never by their place: moving one
    in the manifest changes nothing.
    """
    wanted = resource.jobs or ()
    pools = _pools(batches)
    asked = Counter(job.digest for job in wanted)
    tried = Counter(job.digest for batch in batches for job in batch.jobs if not job.foreign)
    entries = [_entry(resource, job, pools.get(job.digest), asked, tried) for job in wanted]
    left = (held for pool in pools.values() for held in pool)
    return [*entries, *_left_over(left, resource.rules.on_remove)]


def _pools(batches: Iterable[Attempt]) -> dict[str, deque[Held]]:
    held = [(batch, job) for batch in batches for job in batch.jobs]
    held.sort(key=lambda pair: (pair[1].foreign, _RANK[pair[1].phase]))
    pools: dict[str, deque[Held]] = {}
    for pair in held:
        pools.setdefault(pair[1].digest, deque()).append(pair)
    return pools


def _entry(
    resource: Resource, want: Job, pool: deque[Held] | None, asked: Counter[str], tried: Counter[str]
) -> JobChange:
    if not pool:
        return JobChange(want, JobAction.SUBMIT, "declared, and never submitted")
    batch, known = pool.popleft()
    job = replace(known, label=want.label, shown=want.shown)
    if known.open and batch.missing:
        warning = f"the cloud has no batch {batch.id} any more, and with it this job is lost"
        return JobChange(job, JobAction.NONE, "lost with its batch; that alone is no reason to pay again", "", warning)
    if known.phase not in (Phase.FAILED, Phase.CANCELLED):
        return JobChange(job, JobAction.NONE, _standing(known), batch.id)
    ended = f"ended {known.status or known.phase}"
    most = resource.rules.max_attempts
    # Of several equal jobs each may be tried so often.
    tries = tried[want.digest] - asked[want.digest] + 1
    if known.phase in resource.rules.retry_on and tries < most:
        tried[want.digest] += 1
        return JobChange(job, JobAction.RETRY, f"{ended}; run.retry allows try {tries + 1} of {most}", batch.id)
    why = f": {known.failure.rstrip('. ')}" if known.failure else ""
    return JobChange(job, JobAction.NONE, ended, batch.id, warning=f"{ended}{why}")


def _standing(job: Job) -> str:
    if job.phase is Phase.DONE:
        return "already paid"
    return "being cancelled" if job.phase is Phase.CLOSING else f"in progress: {job.status or 'submitted'}"


def _left_over(held: Iterable[Held], removal: Removal) -> Iterator[JobChange]:
    for batch, job in held:
        if job.foreign:
            yield JobChange(job, JobAction.NONE, "not of this manifest: somebody else added it, and it is left alone")
        elif not job.open or batch.missing:
            continue  # on record, and nothing to be done about it
        elif job.running or removal is Removal.ORPHAN or job.phase is Phase.CLOSING:
            why = "it runs, and ends by itself" if job.running else "left to run, or being cancelled"
            yield JobChange(job, JobAction.NONE, f"no longer declared; {why}", batch.id)
        else:
            yield JobChange(job, JobAction.CANCEL, "no longer declared", batch.id)
