"""What the engine tells while it works. Only renderers turn it into text."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from reconciler.core.address import Address


class Stage(StrEnum):
    """Where one step stands."""

    STARTED = "started"
    RETRYING = "retrying"
    LOOKING = "looking"  # nothing is sent: whether an earlier call acted is looked for
    DONE = "done"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"
    STATUS = "status"  # a run that is waited for has another status


@dataclass(frozen=True, slots=True)
class Progress:
    """One moment of one step. `step` is a verb of the plan: create, cancel, tag, adopt, reuse, forget, wait.

    `id` and `status` are the cloud's own words; `detail` is a sentence for people; `done` of `total` steps are over.
    `lasting`: it is about an object, and not a run; programs read that from its address.
    """

    at: str
    address: Address
    step: str
    stage: Stage
    id: str = ""
    status: str = ""
    detail: str = ""
    done: int = 0
    total: int = 0
    lasting: bool = False


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Nothing is new: so many runs have been waited for, for so many seconds."""

    at: str
    waiting: int
    seconds: int


def heartbeat_to_json(heartbeat: Heartbeat) -> dict[str, Any]:
    """One line of the event stream."""
    return {"format_version": 1, "at": heartbeat.at, "waiting": heartbeat.waiting, "seconds": heartbeat.seconds}


def progress_to_json(progress: Progress) -> dict[str, Any]:
    """One line of the event stream."""
    return {
        "format_version": 1,
        "at": progress.at,
        "address": str(progress.address),
        "step": progress.step,
        "stage": progress.stage,
        "id": progress.id,
        "status": progress.status,
        "detail": progress.detail,
        "done": progress.done,
        "total": progress.total,
    }
