"""What an agent tells of itself to those who ask: written by its loop, read by the threads of its server."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import Lock

from reconciler.core.cycle import Cycle, Totals
from reconciler.core.ports import Clock
from reconciler.core.status import Status
from reconciler.workflow.session import timestamp

_PATIENCE = 3  # so many intervals without a success, and it is not ready
_LONGEST_CYCLE = 3600.0  # seconds


@dataclass(slots=True)
class Board:
    """`status` is one value that is never changed, only exchanged: a reader sees one moment, whole."""

    clock: Clock
    interval: float
    status: Status
    started: datetime = field(init=False)
    _succeeded: datetime = field(init=False)
    _due: datetime = field(init=False)
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self.started = self._succeeded = self._due = self.clock.now()

    def ended(self, cycle: Cycle) -> Totals:
        """Write down a round that ended just now."""
        now = self.clock.now()
        with self._lock:
            totals = self.status.totals.plus(cycle, timestamp(now))
            if totals.succeeded == timestamp(now):
                self._succeeded = now
            self.status = replace(self.status, totals=totals)
        return totals

    def sleeping(self, seconds: float) -> None:
        """The next round begins after so long."""
        self._due = self.clock.now() + timedelta(seconds=seconds)
        with self._lock:
            self.status = replace(self.status, next_at=timestamp(self._due))

    def notified(self, outcome: str) -> None:
        """A notification was sent, failed or was dropped; told by the thread that sends them."""
        with self._lock:
            before = self.status.notified
            self.status = replace(self.status, notified={**before, outcome: before.get(outcome, 0) + 1})

    @property
    def ready(self) -> bool:
        """Whether the last success, or the start, is not too long ago."""
        return self.clock.now() - self._succeeded <= timedelta(seconds=_PATIENCE * self.interval)

    @property
    def alive(self) -> bool:
        """Whether the loop still turns, however its rounds end. A large apply takes its time."""
        return self.clock.now() - self._due <= timedelta(seconds=max(_PATIENCE * self.interval, _LONGEST_CYCLE))
