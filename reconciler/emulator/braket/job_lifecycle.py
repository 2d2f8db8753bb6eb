from collections.abc import Iterator
from typing import Any, Protocol

from reconciler.emulator.clock import moment

TERMINAL = frozenset({"COMPLETED", "FAILED", "CANCELLED"})


class Life(Protocol):
    """What the status of a hybrid job follows from."""

    @property
    def created_at(self) -> int: ...
    @property
    def began_at(self) -> int | None:
        """None for a job that waits, and for one that ended before it began."""

    @property
    def done_at(self) -> int | None:
        """None while a process runs the job: then nobody knows."""

    @property
    def outcome(self) -> str | None: ...
    @property
    def overran(self) -> int: ...
    @property
    def cancel_at(self) -> int | None: ...
    @property
    def cancelled_at(self) -> int | None:
        """Only set when cancelling wins the race against the end of the run."""


def status(life: Life, now: int) -> str:
    if life.cancelled_at is not None and now >= life.cancelled_at:
        return "CANCELLED"
    # A cancelling that wins is planned before the end of the run.
    if life.done_at is not None and life.outcome is not None and now >= life.done_at:
        return life.outcome
    if life.cancel_at is not None:
        return "CANCELLING"
    return "QUEUED" if life.began_at is None or now < life.began_at else "RUNNING"


def ended_at(life: Life, now: int) -> int | None:
    """When the job ended; None if it has not."""
    if status(life, now) not in TERMINAL:
        return None
    return life.done_at if life.cancelled_at is None else life.cancelled_at


def events(life: Life, now: int) -> list[dict[str, Any]]:
    """What happened to the job until now, oldest first. Only the order is the service's: the local steps are short."""
    return [{"eventType": kind, "timeOfEvent": moment(at), "message": ""} for kind, at in _events(life) if at <= now]


def _events(life: Life) -> Iterator[tuple[str, int]]:
    yield "QUEUED_FOR_EXECUTION", life.created_at
    if life.began_at is not None:
        for kind in ("STARTING_INSTANCE", "DOWNLOADING_DATA", "RUNNING"):
            yield kind, life.began_at
    if life.cancelled_at is not None:
        yield "CANCELLED", life.cancelled_at
    elif life.done_at is not None and life.outcome is not None:
        if life.overran:
            yield "MAX_RUNTIME_EXCEEDED", life.done_at
        if life.outcome == "COMPLETED":
            yield "UPLOADING_RESULTS", life.done_at
        yield life.outcome, life.done_at
