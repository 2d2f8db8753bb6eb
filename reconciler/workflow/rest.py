"""Sleep that an interrupt ends."""

from __future__ import annotations

import threading

from reconciler.core.ports import Clock

_NAP = 0.2  # seconds


def rest(clock: Clock, seconds: float, stop: threading.Event) -> None:
    """Sleep in short naps, so that an interrupt is answered at once."""
    end = clock.monotonic() + seconds
    while not stop.is_set() and (left := end - clock.monotonic()) > 0:
        clock.sleep(min(left, _NAP))
