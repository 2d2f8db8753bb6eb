"""Moments in a manifest: a date, a time and a time zone."""

from __future__ import annotations

from datetime import UTC, datetime


def moment_of(text: str) -> datetime:
    """The moment that a text names. Raises ValueError."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError('a moment is written like "2026-12-01T00:00:00Z"') from error
    if moment.tzinfo is None:
        raise ValueError('a moment needs its time zone: "2026-12-01T00:00:00Z"')
    return moment


def moment_text(moment: datetime) -> str:
    """ISO 8601 in UTC, in whole seconds: finer than services keep them would never be equal."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
