"""The API's times: naive, with an offset, with a Z, or as seconds since 1970, even as a text."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any


def moment_of(value: Any) -> datetime | None:
    """The time in UTC, None for what is no time. Naive times are UTC."""
    try:
        if isinstance(value, str) and not value.replace(".", "", 1).isdecimal():
            given = datetime.fromisoformat(value)
            return given.replace(tzinfo=UTC) if given.tzinfo is None else given.astimezone(UTC)
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(float(value), UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None


def time_of(value: Any) -> str:
    """The time as our records have it; empty for what is no time."""
    moment = moment_of(value)
    return "" if moment is None else text_of(moment)


def text_of(moment: datetime) -> str:
    """ISO 8601 in UTC, in milliseconds."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
