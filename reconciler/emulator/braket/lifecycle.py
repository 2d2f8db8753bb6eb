from random import Random
from typing import NamedTuple, Protocol

from reconciler.emulator.switches import Switches

TERMINAL = frozenset({"COMPLETED", "FAILED", "CANCELLED"})


class Times(NamedTuple):
    """When each status of a new task begins, in milliseconds since 1970."""

    created_at: int
    queued_at: int
    running_at: int
    done_at: int


class Life(Protocol):
    """What the status of a task follows from. Written at creation, at cancelling, and when it is settled."""

    @property
    def queued_at(self) -> int: ...
    @property
    def running_at(self) -> int: ...
    @property
    def done_at(self) -> int: ...
    @property
    def cancel_at(self) -> int | None: ...
    @property
    def cancelled_at(self) -> int | None:
        """Only set when cancelling wins the race against the end of the run."""

    @property
    def settled_as(self) -> str | None: ...


def plan(now: int, simulator: bool, switches: Switches, dice: Random) -> Times:
    """The life of a task created now, from the latency switches. Simulators are exact, QPUs vary by a fifth."""
    kind = "simulator" if simulator else "qpu"
    factor = switches.number("latency.factor") * 1000
    queue, run = (
        switches.number(f"latency.{kind}.{part}") * factor * (1 if simulator else dice.uniform(0.8, 1.2))
        for part in ("queue", "run")
    )
    # A QPU's task is seen as CREATED for a moment before it is in the queue.
    queued_at = now if simulator else now + round(queue / 40)
    running_at = now + round(queue)
    return Times(now, queued_at, running_at, running_at + round(run))


def status(life: Life, now: int) -> str:
    """The status at a time. COMPLETED may still turn out FAILED while `settled_as` is None: settle it first."""
    if life.settled_as is not None:
        return life.settled_as
    if life.cancelled_at is not None and now >= life.cancelled_at:
        return "CANCELLED"
    if now >= life.done_at:
        return "COMPLETED"
    if life.cancel_at is not None:
        return "CANCELLING"
    if now >= life.running_at:
        return "RUNNING"
    return "QUEUED" if now >= life.queued_at else "CREATED"


def is_due(life: Life, now: int) -> bool:
    """Whether the run is over but nobody has looked at its outcome yet."""
    return life.settled_as is None and life.cancelled_at is None and now >= life.done_at


def ended_at(life: Life, state: str) -> int | None:
    """When a task in this status ended; None if it has not."""
    if state not in TERMINAL:
        return None
    return life.done_at if life.cancelled_at is None else life.cancelled_at
