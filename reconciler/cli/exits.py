"""Exit codes: a stable contract with scripts and CI (docs/exit-codes.md)."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """What a command's end means."""

    DONE = 0
    ERROR = 1
    CHANGES = 2  # only with --detailed-exitcode
    BUG = 3
    LOCKED = 4
    STALE = 5
    REFUSED = 6  # by policy or budget
    RUNNING = 7  # accepted, and still running when the wait ended
    UNKNOWN = 8  # an outcome is unknown
    INTERRUPTED = 130
