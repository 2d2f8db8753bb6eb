"""When the jobs of a batch run: one after another, in the order of submission."""

import sqlite3
from collections.abc import Sequence

from reconciler.emulator.pasqal.row import Batch, Job

# How long jobs of a paused device wait before they are looked at again, in milliseconds.
_PAUSE = 1_000


def is_due(job: Job, now: int) -> bool:
    """Whether the run is over but nobody has looked at its outcome yet."""
    return job.settled_as is None and job.cancel_at is None and now >= job.done_at


def replan(connection: sqlite3.Connection, batch: Batch, jobs: Sequence[Job], now: int) -> list[Job]:
    """Jobs that have not begun run after those that have, without gaps, and not in the past."""
    free = batch.running_at
    planned = []
    for job in jobs:
        if job.cancel_at is not None:
            planned.append(job)
            continue
        moved = job
        if job.settled_as is None and job.running_at > now:
            begin = max(free, now)
            moved = job._replace(running_at=begin, done_at=begin + job.duration)
        free = max(free, moved.done_at)
        planned.append(moved)
    _save(connection, jobs, planned)
    return planned


def hold(connection: sqlite3.Connection, batch: Batch, jobs: Sequence[Job], now: int) -> list[Job]:
    """Let everything wait that nobody has seen the end of: a run that was going on begins again."""
    free = now + _PAUSE
    held = []
    for job in jobs:
        if job.settled_as is not None or job.cancel_at is not None:
            held.append(job)
            continue
        held.append(job._replace(running_at=free, done_at=free + job.duration))
        free += job.duration
    _save(connection, jobs, held)
    return held


def prolong(connection: sqlite3.Connection, job: Job, until: int) -> None:
    """Let a job run on, and those behind it wait.

    To fail it would use it up for ever, for want of time, or of a library that can still be installed.
    """
    later = until - job.done_at
    connection.execute(
        "UPDATE pasqal_job SET done_at = done_at + ?, running_at = running_at + iif(seq > ?, ?, 0)"
        " WHERE batch_id = ? AND seq >= ? AND settled_as IS NULL AND cancel_at IS NULL",
        (later, job.seq, later, job.batch_id, job.seq),
    )


def _save(connection: sqlite3.Connection, before: Sequence[Job], after: Sequence[Job]) -> None:
    changed = [(new.running_at, new.done_at, new.id) for old, new in zip(before, after, strict=True) if old != new]
    connection.executemany("UPDATE pasqal_job SET running_at = ?, done_at = ? WHERE id = ?", changed)
