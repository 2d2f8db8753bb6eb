"""What the status of a batch, a job and a workload follows from: plans, outcomes and the time."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from reconciler.emulator.pasqal.row import Batch, Job, Workload

BATCH_STATUSES = frozenset({"PENDING", "RUNNING", "DONE", "CANCELED", "CANCELING", "TIMED_OUT", "ERROR", "PAUSED"})
JOB_STATUSES = frozenset({"PENDING", "RUNNING", "DONE", "CANCELED", "CANCELING", "ERROR"})
ENDED = frozenset({"DONE", "ERROR", "CANCELED", "TIMED_OUT"})
# The order in which the real service counts them; CANCELING appears where it is not zero.
_COUNTED = ("PENDING", "RUNNING", "DONE", "ERROR", "CANCELED")


class Life(NamedTuple):
    """A status, and when the run began and ended, in milliseconds since 1970."""

    status: str
    started: int | None
    ended: int | None


class BatchLife(NamedTuple):
    """A batch's status, whether it takes more jobs, when it began and ended, and its jobs by their status."""

    status: str
    open: bool
    started: int | None
    ended: int | None
    counts: dict[str, int]


class _Run(Protocol):
    @property
    def running_at(self) -> int: ...
    @property
    def done_at(self) -> int: ...
    @property
    def cancel_at(self) -> int | None: ...
    @property
    def cancelled_at(self) -> int | None: ...


def job_life(job: Job, now: int) -> Life:
    """A job that is over is RUNNING until its outcome is known."""
    if job.settled_as is not None:
        return Life(job.settled_as, job.running_at, job.done_at)
    life = _run_life(job, now)
    return Life("RUNNING", life.started, None) if life.status == "DONE" else life


def workload_life(workload: Workload, now: int) -> Life:
    return _run_life(workload, now)


def _run_life(run: _Run, now: int) -> Life:
    if run.cancel_at is not None and run.cancelled_at is not None:
        started = run.running_at if run.running_at < run.cancel_at else None
        ended = now >= run.cancelled_at
        return Life("CANCELED" if ended else "CANCELING", started, run.cancelled_at if ended else None)
    if now >= run.done_at:
        return Life("DONE", run.running_at, run.done_at)
    if now >= run.running_at:
        return Life("RUNNING", run.running_at, None)
    return Life("PENDING", None, None)


def batch_life(batch: Batch, jobs: Sequence[Job], now: int, paused: bool) -> BatchLife:
    lives = [job_life(job, now) for job in jobs]
    counts = dict.fromkeys(_COUNTED, 0)
    for life in lives:
        counts[life.status] = counts.get(life.status, 0) + 1
    started = min((life.started for life in lives if life.started is not None), default=None)
    status, ended = _batch_end(batch, lives, counts, now)
    if status == "":
        running = now >= batch.running_at
        status = "PAUSED" if paused else "RUNNING" if running else "PENDING"
    takes_more = bool(batch.open) and status not in ENDED
    return BatchLife(status, takes_more, started, ended, counts)


def _batch_end(batch: Batch, lives: Sequence[Life], counts: dict[str, int], now: int) -> tuple[str, int | None]:
    """How and when a batch ended or is about to; no status for one that goes on."""
    over = all(life.ended is not None for life in lives)
    # When the last job ended. A batch without jobs is idle since it was made.
    last = max([batch.created_at, *(life.ended for life in lives if life.ended is not None)])
    if batch.cancelled_at is not None:
        end = max(batch.cancelled_at, last)
        return ("CANCELED", end) if over and now >= end else ("CANCELING", None)
    if not over:
        return "", None
    if not batch.open:
        return _verdict(counts), max(last, batch.closed_at or 0)
    if now >= last + batch.idle_limit:
        return "TIMED_OUT", last + batch.idle_limit
    return "", None


def _verdict(counts: dict[str, int]) -> str:
    if counts["ERROR"] and not counts["DONE"]:
        return "ERROR"
    return "CANCELED" if counts["CANCELED"] and not counts["DONE"] else "DONE"
