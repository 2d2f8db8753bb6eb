from collections.abc import Mapping
from typing import Any

from reconciler.emulator.braket.context import Context
from reconciler.emulator.braket.job import Job
from reconciler.emulator.braket.job_find import find
from reconciler.emulator.braket.job_lifecycle import TERMINAL, status
from reconciler.emulator.wire.error import ServiceError


def cancel_job(context: Context, asked: Mapping[str, Any]) -> Mapping[str, Any]:
    """Unlike tasks, jobs are cancelled without a token: a second call finds the job CANCELLING, or is a conflict."""
    job = find(context, asked["jobArn"])
    state = status(job, context.now)
    if state in TERMINAL:
        raise ServiceError("ConflictException", f"Amazon Braket cannot cancel a job in the {state} status")
    if job.cancel_at is None:
        _begin(context, job)
    return {"jobArn": job.arn, "cancellationStatus": "CANCELLING"}


def _begin(context: Context, job: Job) -> None:
    """Best effort, as for tasks. Who runs a job's process sees `cancel_at`, ends it and writes `cancelled_at`."""
    latency = context.switches.number("latency.cancel") * context.switches.number("latency.factor")
    cancelled_at = context.now + round(latency * 1000)
    wins = context.switches.text("cancel") == "best-effort" and not job.real
    wins = wins and (job.done_at is None or cancelled_at < job.done_at)
    context.connection.execute(
        "UPDATE job SET cancel_at = ?, cancelled_at = ? WHERE arn = ?",
        (context.now, cancelled_at if wins else None, job.arn),
    )
