"""Own rate limits, so that a big plan is slow instead of throttled."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.core.ports import Clock


@dataclass(frozen=True, slots=True)
class Rate:
    """Calls a second, and how many may come at once after a pause."""

    per_second: float
    burst: int


class Buckets:
    """A token bucket for each named call. Names without a rate are free. Safe to use from many threads."""

    def __init__(self, rates: Mapping[str, Rate], clock: Clock) -> None:
        self._rates = rates
        self._clock = clock
        self._lock = threading.Lock()
        self._levels = {name: (float(rate.burst), clock.monotonic()) for name, rate in rates.items()}

    def take(self, *names: str) -> None:
        """Wait until each of these buckets has a token, and take it."""
        for name in names:
            if name in self._rates:
                self._clock.sleep(self._reserve(name))

    def _reserve(self, name: str) -> float:
        """Book one token and return the seconds until it is ours.

        The level may go below zero: later callers queue behind it, and nobody sleeps while holding the lock.
        """
        rate = self._rates[name]
        with self._lock:
            level, at = self._levels[name]
            now = self._clock.monotonic()
            level = min(rate.burst, level + (now - at) * rate.per_second) - 1
            self._levels[name] = (level, now)
        return max(0.0, -level / rate.per_second)
