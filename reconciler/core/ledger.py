"""Which jobs of a batch are paid, which are still to be submitted, and which nobody wants any more."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from reconciler.core.attempt import Attempt
from reconciler.core.job import Job
from reconciler.core.job_change import JobAction, JobChange
from reconciler.core.phase import Phase
from reconciler.core.resource import Removal, Resource, RunRules

Held = tuple[Attempt, Job]

# A wanted job is given the best that there is: a finished one before one on its way, and one that failed last.
_RANK = {Phase.DONE: 0, Phase.OPEN: 1, Phase.CLOSING: 2, Phase.FAILED: 3, Phase.CANCELLED: 4}
_BADLY = frozenset({Phase.FAILED, Phase.CANCELLED})


def ledger(resource: Resource, batches: Sequence[Attempt]) -> list[JobChange]:
    """One entry for each wanted job in the order of the manifest, then those that are left over.

    `batches` are the attempts of this very run. Jobs are compared by what they run, never by their place: moving one
    in the manifest changes nothing.
    """
    wanted = resource.jobs or ()
    asked = Counter(job.digest for job in wanted)
    pools = {digest: _pool(held, asked[digest], resource.rules) for digest, held in _by_digest(batches).items()}
    entries = [_entry(job, pools.get(job.digest), resource.rules) for job in wanted]
    left = (held for pool in pools.values() for held in pool.held)
    return [*entries, *_left_over(left, resource.rules.on_remove)]


@dataclass(slots=True)
class _Pool:
    """Equal jobs, the best first. `failures` of theirs may be tried again, of `failed` jobs that nothing replaced."""

    held: deque[Held]
    failures: int
    failed: int

    def next_try(self) -> int:
        """The number of the next try of a failed job. Who failed how often nobody knows: as if no other had."""
        return self.failures // self.failed + 1 if self.failed else 1


def _by_digest(batches: Iterable[Attempt]) -> dict[str, list[Held]]:
    found: dict[str, list[Held]] = {}
    for batch in batches:
        in_doubt = batch.adding.jobs if batch.adding is not None else ()
        for job in (*batch.jobs, *in_doubt):
            # Somebody else's job may stand for a wanted one, but that theirs failed says nothing of ours.
            if not (job.foreign and job.phase in _BADLY):
                found.setdefault(job.digest, []).append((batch, job))
    return found


def _pool(held: list[Held], asked: int, rules: RunRules) -> _Pool:
    """Only failed jobs are ever replaced by equal ones: of as many as there are too many, others tell the rest."""
    own = [pair for pair in held if not pair[1].foreign]
    failures = [pair for pair in own if pair[1].phase in rules.retry_on]
    replaced = failures[: max(0, len(own) - asked)]
    gone = {id(job) for _, job in replaced}
    kept = sorted((pair for pair in held if id(pair[1]) not in gone), key=lambda pair: _rank(pair[1]))
    return _Pool(deque(kept), len(failures), len(failures) - len(replaced))


def _rank(job: Job) -> tuple[bool, bool, int, bool, bool]:
    """The best first: what is left over in the end should be what costs nothing to take back."""
    return job.phase in _BADLY, job.foreign, _RANK[job.phase], not job.running, bool(job.id)


def _entry(want: Job, pool: _Pool | None, rules: RunRules) -> JobChange:
    if pool is None or not pool.held:
        return JobChange(want, JobAction.SUBMIT, "declared, and never submitted")
    batch, known = pool.held.popleft()
    # A resource from the cache does not say what its jobs show; what is known of them does.
    job = replace(known, label=want.label, shown=want.shown or known.shown)
    if known.open and batch.missing:
        warning = f"is lost: the cloud has no batch {batch.id} any more"
        return JobChange(job, JobAction.NONE, "lost with its batch; that alone is no reason to pay again", "", warning)
    if known.phase not in _BADLY:
        return JobChange(job, JobAction.NONE, _standing(known), batch.id)
    ended = f"ended {known.status or known.phase}"
    number, most = pool.next_try(), rules.max_attempts
    if known.phase in rules.retry_on and number <= most:
        pool.failures += 1
        return JobChange(job, JobAction.RETRY, f"{ended}; run.retry allows try {number} of {most}", batch.id)
    why = f": {known.failure.rstrip('. ')}" if known.failure else ""
    return JobChange(job, JobAction.NONE, ended, batch.id, warning=f"{ended}{why}")


def _standing(job: Job) -> str:
    if job.phase is Phase.DONE:
        return "already paid"
    return "being cancelled" if job.phase is Phase.CLOSING else f"in progress: {job.status or 'submitted'}"


def _left_over(held: Iterable[Held], removal: Removal) -> Iterator[JobChange]:
    for batch, job in held:
        if job.foreign:
            yield JobChange(
                job,
                JobAction.NONE,
                "not of this manifest: somebody else added it, and it is left alone",
                declared=False,
            )
        elif not job.open or batch.missing:
            continue  # on record, and nothing to be done about it
        elif job.running or removal is Removal.ORPHAN or Phase.CLOSING in (job.phase, batch.phase):
            why = "it runs, and ends by itself" if job.running else "left to run, or being cancelled"
            yield JobChange(job, JobAction.NONE, f"no longer declared; {why}", batch.id, declared=False)
        elif not job.id:
            why = "the cloud does not show it yet, and it can be cancelled when it does"
            yield JobChange(job, JobAction.NONE, f"no longer declared; {why}", batch.id, declared=False)
        else:
            yield JobChange(job, JobAction.CANCEL, "no longer declared", batch.id, declared=False)
