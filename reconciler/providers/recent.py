"""What devices said within this plan: nobody is asked twice for the same."""

from __future__ import annotations

import threading
from typing import Final

from reconciler.core.ports import Clock, Told

_LASTS: Final = 30.0  # seconds; a command that goes on for longer looks again


class Recent:
    """Answers by device. Thread-safe."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._told: dict[str, tuple[float, Told]] = {}

    def get(self, device: str) -> Told | None:
        """What it said a moment ago."""
        with self._lock:
            known = self._told.get(device)
        return known[1] if known and self._clock.monotonic() - known[0] < _LASTS else None

    def forget(self) -> None:
        """The next plan asks again."""
        with self._lock:
            self._told.clear()

    def put(self, device: str, told: Told) -> None:
        """What it says now."""
        with self._lock:
            self._told[device] = self._clock.monotonic(), told
