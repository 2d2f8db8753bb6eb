"""Runs that another environment of the project has paid: they stand for what is declared here, and stay theirs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from reconciler.core.attempt import Attempt, Place
from reconciler.core.phase import Phase
from reconciler.core.resource import Resource


def paid_there(resource: Resource, attempts: Iterable[Attempt], place: Place, environment: str) -> Attempt | None:
    """The finished run of `environment` that is just what is declared, as a record for here; None if there is none.

    Only what finished well counts, and only in the place where it would be submitted: nobody waits for another
    environment's run, and a simulated one never stands for a paid one.
    """
    done = [a for a in attempts if _is_done(a) and resource.wants(a) and a.place == place]
    best = max(done, key=lambda a: (not a.shared, a.number), default=None)
    if best is None:
        return None
    jobs = tuple(job for job in best.jobs if job.phase is Phase.DONE)
    if best.jobs and not jobs:
        return None
    # Not ours to tag, to close or to read again: none of its keys is owned here, and nothing about it is open.
    return replace(best, shared=best.shared or environment, owned=(), touched=False, accepting=False, jobs=jobs)


def runs_there(resource: Resource, attempts: Iterable[Attempt], place: Place) -> bool:
    """Whether just what is declared is on its way there, and may be shared when it is over."""
    return any(a.open and not a.alike and resource.wants(a) and a.place == place for a in attempts)


def _is_done(attempt: Attempt) -> bool:
    """Known by its content alone it may be somebody else's."""
    return attempt.exists and attempt.phase is Phase.DONE and not attempt.alike and attempt.adding is None
