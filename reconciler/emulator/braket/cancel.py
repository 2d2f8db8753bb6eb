from collections.abc import Mapping
from typing import Any

from reconciler.emulator.braket.context import Context
from reconciler.emulator.braket.lifecycle import TERMINAL, status
from reconciler.emulator.braket.task import Task, find
from reconciler.emulator.wire.error import ServiceError


def cancel_quantum_task(context: Context, asked: Mapping[str, Any]) -> Mapping[str, Any]:
    task = find(context, asked["quantumTaskArn"])
    state = status(task, context.now)
    if state == "CANCELLED" and task.cancel_token == asked["clientToken"]:
        return {"quantumTaskArn": task.arn, "cancellationStatus": "CANCELLED"}
    if state in TERMINAL:
        # The service's own words, seen in the SDK's integration tests.
        text = f"Amazon Braket cannot cancel a quantum task in the {state} status"
        raise ServiceError("ConflictException", text)
    if task.cancel_at is None:
        _begin(context, task, asked["clientToken"])
    return {"quantumTaskArn": task.arn, "cancellationStatus": "CANCELLING"}


def _begin(context: Context, task: Task, token: str) -> None:
    """Cancelling is best effort: a run that ends before it takes effect completes, and would be paid."""
    latency = context.switches.number("latency.cancel") * context.switches.number("latency.factor")
    cancelled_at = context.now + round(latency * 1000)
    wins = cancelled_at < task.done_at and context.switches.text("cancel") == "best-effort"
    context.connection.execute(
        "UPDATE task SET cancel_at = ?, cancelled_at = ?, cancel_token = ? WHERE arn = ?",
        (context.now, cancelled_at if wins else None, token, task.arn),
    )
