import json
from collections.abc import Mapping
from typing import Any

from reconciler.emulator.braket.context import Context
from reconciler.emulator.braket.lifecycle import status
from reconciler.emulator.braket.task import Task, find, summary


def get_quantum_task(context: Context, asked: Mapping[str, Any]) -> Mapping[str, Any]:
    task = find(context, asked["quantumTaskArn"])
    completed = status(task, context.now) == "COMPLETED"
    found: dict[str, Any] = summary(task, context.now) | {
        "deviceParameters": task.parameters,
        "failureReason": task.failure,
        "numSuccessfulShots": task.shots if completed else None,
        "actionMetadata": {"actionType": task.action_type},
    }
    # A program set has more to say on the last two.
    found |= json.loads(task.extras)
    job = context.connection.execute("SELECT job FROM job_task WHERE task = ?", (task.arn,)).fetchone()
    if job is not None:
        found["jobArn"] = job[0]
    if "QueueInfo" in asked.get("additionalAttributeNames", ()):
        found["queueInfo"] = _queue_info(context, task)
    return found


def _queue_info(context: Context, task: Task) -> dict[str, Any]:
    state = status(task, context.now)
    info = {"queue": "QUANTUM_TASKS_QUEUE", "queuePriority": "Normal"}
    if state != "QUEUED":
        # The SDK turns the text "None" into no position.
        reason = f"Task is in {state} status. AmazonBraket does not show queue position for this status."
        return info | {"position": "None", "message": reason}
    ahead = context.connection.execute(
        "SELECT count(*) FROM task WHERE device = ? AND region = ? AND cancel_at IS NULL"
        " AND queued_at <= ? AND running_at > ? AND (running_at, seq) < (?, ?)",
        (task.device, task.region, context.now, context.now, task.running_at, task.seq),
    ).fetchone()[0]
    return info | {"position": str(ahead + 1)}
