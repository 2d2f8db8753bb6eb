"""What becomes of each job of a batch, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from reconciler.core.job import Job


class JobAction(StrEnum):
    """What applying does about one job."""

    SUBMIT = "submit"
    RETRY = "retry"
    CANCEL = "cancel"
    NONE = "no-op"


@dataclass(frozen=True, slots=True)
class JobChange:
    """One job, as it is known or as it is wanted. `batch` is the id of the batch that has it; empty: none has.

    `warning` is a sentence for jobs that nothing more is done about, though they are not what was wanted.
    """

    job: Job
    action: JobAction
    reason: str
    batch: str = ""
    warning: str = ""
    declared: bool = True

    @property
    def submits(self) -> bool:
        """Whether applying pays for it."""
        return self.action in (JobAction.SUBMIT, JobAction.RETRY)


def job_change_to_json(change: JobChange) -> dict[str, Any]:
    """One job of a plan's change as plain data."""
    job = change.job
    data: dict[str, Any] = {"label": job.label, "action": change.action, "reason": change.reason}
    data |= {"shown": dict(job.shown), "digest": job.digest}
    known = {"id": job.id, "batch": change.batch, "status": job.status, "failure": job.failure}
    return data | {name: value for name, value in known.items() if value}
