"""What an attempt remembers of its batch's jobs: a fold over calls and looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reconciler.core.attempt import Attempt, Outcome
from reconciler.core.event import Concluded
from reconciler.core.job import Job, claim, merged


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
    return replace(attempt, jobs=(*known, *found, *missing, *added, *others), adding=adding)


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
    return replace(attempt, jobs=(*attempt.jobs, *attempt.adding.jobs), adding=None)
