"""The jobs of a batch as they are on record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconciler.core.attempt import Attempt
from reconciler.core.job import Job
from reconciler.core.phase import Phase
from reconciler.render.job_text import runs_text
from reconciler.render.table import table

_HEAD = ("LABEL", "ID", "STATUS", "RUNS", "VARIABLES", "REMARK")
_NONE = "-"
_LONGEST_VALUE = 60


def progress_of(attempt: Attempt) -> str:
    """`1/3`: how many of our jobs are done; empty for a run without jobs."""
    ours = [job for job in attempt.jobs if not job.foreign]
    return f"{sum(job.phase is Phase.DONE for job in ours)}/{len(ours)}" if ours else ""


def jobs_table(jobs: Sequence[Job]) -> str:
    """A line for each job, remarks only where there are any."""
    rows = [list(_row(job)) for job in jobs]
    kept = len(_HEAD) if any(row[-1] for row in rows) else len(_HEAD) - 1
    return table(_HEAD[:kept], [row[:kept] for row in rows])


def _row(job: Job) -> Iterator[str]:
    yield job.label or _NONE
    yield job.id or _NONE
    yield job.status or "submitted"
    yield str(job.shown.get("runs", "?"))
    yield runs_text({k: v for k, v in job.shown.items() if k != "runs"}, _LONGEST_VALUE) or _NONE
    yield "; ".join(filter(None, ("added by somebody else" if job.foreign else "", job.failure)))


def batch_facts(attempt: Attempt) -> Iterator[tuple[str, str]]:
    """Whether it takes more jobs, and what of it is in doubt; nothing for a run without jobs."""
    if attempt.jobs or attempt.adding:
        yield "open", "yes, it takes more jobs" if attempt.accepting and attempt.open else "no"
    if attempt.adding is not None:
        count = len(attempt.adding.jobs)
        word = "job" if count == 1 else "jobs"
        yield "in doubt", f"{count} {word} sent at {attempt.adding.at}, not found in the batch yet"
