"""What an attempt remembers of its batch's jobs: a fold over calls and looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reconciler.core.attempt import Attempt, Outcome
from reconciler.core.estimate import counted
from reconciler.core.event import Concluded
from reconciler.core.job import Adding, Job, claim, merged


def jobs_seen(attempt: Attempt, seen: Sequence[Job]) -> Attempt:
    """The attempt after a look at all its jobs. A list may be late or doubled: what it lacks is not gone.

    New ids are claimed, by content, by jobs that we sent and have no id of; what is left somebody else added. An
    adopted batch without a single job on record is ours with all that it has.
    """
    by_id = {job.id: job for job in seen}
    known = [merged(job, by_id.pop(job.id)) if job.id in by_id else job for job in attempt.jobs if job.id]
    nameless = [job for job in attempt.jobs if not job.id]
    found, missing, others = claim(nameless, by_id.values())
    waiting = attempt.adding.jobs if attempt.adding else ()
    before = attempt.adding.before if attempt.adding else ()
    added, unseen, late = claim(waiting, [job for job in others if job.id not in before])
    others = [*(job for job in others if job.id in before), *late]
    first_look = not attempt.jobs and attempt.adding is None
    others = [replace(job, foreign=not first_look) for job in others]
    adding = replace(attempt.adding, jobs=tuple(unseen)) if attempt.adding and unseen else None
    seen_all = replace(attempt, jobs=(*known, *found, *missing, *added, *others), adding=adding)
    return seen_all if adding is not None else _charged(seen_all, attempt.adding)


def jobs_added(attempt: Attempt, event: Concluded) -> Attempt:
    """The attempt after jobs were sent. With an unknown outcome they stay in doubt until a look finds them."""
    if event.outcome is Outcome.UNKNOWN:
        adding = attempt.adding and replace(attempt.adding, doubted=attempt.adding.doubted or event.at)
        return replace(attempt, failure=event.error, adding=adding)
    if event.outcome is Outcome.REFUSED:
        return replace(attempt, adding=None)
    if event.jobs is not None:
        attempt = jobs_seen(attempt, event.jobs)
    if attempt.adding is None:
        return attempt
    # Accepted, and the answer did not show them: the next look gives them their ids.
    jobs = (*attempt.jobs, *attempt.adding.jobs)
    return _charged(replace(attempt, jobs=jobs, adding=None), attempt.adding)


def _charged(attempt: Attempt, adding: Adding | None) -> Attempt:
    """The attempt with what the jobs that were added to it cost."""
    if adding is None or not adding.estimate:
        return attempt
    return replace(attempt, estimate=counted(attempt.estimate, adding.estimate))
