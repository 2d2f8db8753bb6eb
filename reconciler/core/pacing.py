"""When an agent goes on: at its interval, later and later while something is wrong, and never just when others do."""

from __future__ import annotations

_LONGEST = 3600.0  # seconds
_SPREAD = 0.1


def pause(interval: float, failures: int, chance: float) -> float:
    """Seconds until the next round after so many failures in a row; `chance` is a random number from 0 to 1.

    Many agents that were started together drift apart, and after an outage don't come back all at once.
    """
    if not failures:
        return interval * (1 - _SPREAD + 2 * _SPREAD * chance)
    ceiling = min(interval * 2.0 ** min(failures, 32), max(_LONGEST, interval))
    return ceiling * (0.5 + 0.5 * chance)
