"""A project's uid: random, and telling when the project began, so that nobody need search the cloud before that."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

_EPOCH = datetime.fromtimestamp(0, UTC)


def new_uid(now: datetime, random: bytes) -> str:
    """A version 7 UUID (RFC 9562): 48 bits of milliseconds, then 10 bytes of randomness."""
    milliseconds = int(now.timestamp() * 1000)
    number = bytearray(milliseconds.to_bytes(6, "big") + random[:10])
    number[6] = (number[6] & 0x0F) | 0x70
    number[8] = (number[8] & 0x3F) | 0x80
    return str(uuid.UUID(bytes=bytes(number)))


def born(uid: str) -> datetime:
    """When the uid was made; the epoch if it doesn't tell, so that a search misses nothing."""
    try:
        number = uuid.UUID(uid)
    except ValueError:
        return _EPOCH
    if number.version != 7:
        return _EPOCH
    try:
        return datetime.fromtimestamp((number.int >> 80) / 1000, UTC)
    except (ValueError, OverflowError, OSError):  # 48 bits reach beyond the last year that datetime knows
        return _EPOCH
