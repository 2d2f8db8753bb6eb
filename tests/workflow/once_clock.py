"""A clock turned by hand, on which an interrupt can be waited for."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

_BEGIN = datetime(2026, 3, 1, tzinfo=UTC)


@dataclass
class HandClock:
    """Implements Clock. `interrupt_at`: the second at which a sleeper is told to stop."""

    seconds: float = 0.0
    interrupt_at: float | None = None
    stop: threading.Event = field(default_factory=threading.Event)

    def now(self) -> datetime:
        return _BEGIN + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds
        if self.interrupt_at is not None and self.seconds >= self.interrupt_at:
            self.stop.set()
