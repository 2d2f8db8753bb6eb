"""What a cloud's status means to us."""

from __future__ import annotations

from enum import StrEnum


class Phase(StrEnum):
    """What a cloud's status means to us. An unknown status is OPEN: not finished, do nothing."""

    OPEN = "open"
    CLOSING = "closing"  # somebody asked to cancel it; it may still end as DONE, and be billed
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


ENDS = frozenset({Phase.DONE, Phase.FAILED, Phase.CANCELLED})
UNFINISHED = frozenset({Phase.OPEN, Phase.CLOSING})
