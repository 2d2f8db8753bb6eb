import json
from collections.abc import Mapping
from typing import Any

from reconciler.emulator.braket.context import Context
from reconciler.emulator.braket.job import Job, select, summary
from reconciler.emulator.braket.job_find import find
from reconciler.emulator.braket.job_lifecycle import ended_at, events, status

_WAITS = "The job waits for a process that runs it: qctl wait, or qctl local serve."


def get_job(context: Context, asked: Mapping[str, Any]) -> Mapping[str, Any]:
    job = find(context, asked["jobArn"])
    found = {name: value for name, value in summary(job, context.now).items() if name != "device"} | job.asked
    ended = ended_at(job, context.now)
    found |= {
        "events": events(job, context.now),
        "failureReason": job.failure if status(job, context.now) == "FAILED" else None,
        "tags": json.loads(job.tags),
    }
    if ended is not None and job.began_at is not None:
        # The unit is not documented; instances are billed by the millisecond elsewhere on AWS.
        found["billableDuration"] = ended - job.began_at
    if "QueueInfo" in asked.get("additionalAttributeNames", ()):
        found["queueInfo"] = _queue_info(context, job)
    return found


def _queue_info(context: Context, job: Job) -> dict[str, Any]:
    state = status(job, context.now)
    if state != "QUEUED":
        reason = f"Job is in {state} status. AmazonBraket does not show queue position for this status."
        return {"queue": "JOBS_QUEUE", "position": "None", "message": reason}
    earlier = select(context.connection, "device = ? AND region = ? AND seq < ?", (job.device, job.region, job.seq))
    ahead = sum(status(one, context.now) == "QUEUED" for one in earlier)
    # What can begin by itself has begun by now.
    message = _WAITS if job.starts_at <= context.now else None
    return {"queue": "JOBS_QUEUE", "position": str(ahead + 1), "message": message}
