from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from reconciler.emulator.braket.task import Task
from reconciler.emulator.clock import moment
from reconciler.emulator.wire.serialise import iso

RESULTS = "results.json"


class Outcome(NamedTuple):
    """How a run ended: the JSON documents it leaves, by their path in the task's folder, and why it failed, if so.

    `shots` are the successful ones where they are not all.
    """

    files: Mapping[str, Any] = MappingProxyType({})
    failure: str | None = None
    shots: int | None = None


def task_metadata(task: Task, state: str) -> dict[str, str]:
    """What only the service knows of a task, as every kind of result tells it."""
    return {
        "id": task.arn,
        "deviceId": task.device,
        "createdAt": iso(moment(task.created_at)),
        "endedAt": iso(moment(task.done_at)),
        "status": state,
    }
