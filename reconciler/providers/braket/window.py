"""When a device runs what is queued: its execution windows, read by ourselves (reference/braket.md 2.2).

The SDK's own logic finds a window from 00:00 to 00:00 never open, leaves a gap of a second at midnight, and takes days
in free text for closed ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

_DAY: Final = 86_400
_WEEK: Final = 7 * _DAY
_NAMES: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_DAYS: Final[Mapping[str, tuple[int, ...]]] = {
    "everyday": tuple(range(7)),
    "weekdays": (0, 1, 2, 3, 4),
    "weekend": (5, 6),
} | {name.lower(): (number,) for number, name in enumerate(_NAMES)}
_TIME: Final = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)(?::([0-5]\d)(?:\.\d+)?)?", re.ASCII)
_LONGEST: Final = 80  # characters of a window that is told in its own words

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Windows:
    """The windows of a week. `spans` begin and end in seconds since Monday 00:00 UTC, in order and apart.

    The last one may reach into the next week. `stated` are all windows in words; `unread` those that nobody can read,
    so that outside of the others nobody knows.
    """

    spans: tuple[Span, ...]
    stated: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def always(self) -> bool:
        """Whether it never closes."""
        return any(end - start >= _WEEK for start, end in self.spans)

    def open_at(self, now: datetime) -> bool | None:
        """Whether it is open then; None: nobody knows."""
        if self._around(now) is not None:
            return True
        return None if self.unread or not self.spans else False

    def closes(self, now: datetime) -> datetime | None:
        """When the window that is open then ends; None: it is not open, or never ends."""
        span = self._around(now)
        if span is None or self.always:
            return None
        return _monday(now) + timedelta(seconds=span[1])

    def opens(self, now: datetime) -> datetime | None:
        """When the next window opens, if it is known to be closed then."""
        if self.open_at(now) is not False:
            return None
        at = _seconds(now)
        return _monday(now) + timedelta(seconds=min(start if start > at else start + _WEEK for start, _ in self.spans))

    def words(self, now: datetime) -> str:
        """In a few words how it stands then."""
        if self.open_at(now) is None:
            return "unknown"
        closes, opens = self.closes(now), self.opens(now)
        if opens is not None:
            return f"opens {moment(opens)}"
        return "open now" if closes is None else f"open until {moment(closes)}"

    def _around(self, now: datetime) -> Span | None:
        """The span that holds the moment, counted from its week's Monday."""
        at = _seconds(now)
        weeks = ((start - week, end - week) for start, end in self.spans for week in (0, _WEEK))
        return next(((start, end) for start, end in weeks if start <= at < end), None)


def read_windows(capabilities: Mapping[str, Any]) -> Windows:
    """The windows that a device's capabilities state. Untrusted: what can't be read is kept as it is."""
    service = capabilities.get("service")
    given = service.get("executionWindows") if isinstance(service, Mapping) else None
    spans: list[Span] = []
    stated: list[str] = []
    unread: list[str] = []
    for window in given if isinstance(given, list) else ():
        found = list(_spans(window)) if isinstance(window, Mapping) else []
        text = _text(window) if isinstance(window, Mapping) else str(window)[:_LONGEST]
        spans += found
        stated.append(text)
        if not found:
            unread.append(text)
    return Windows(tuple(_merged(spans)), tuple(stated), tuple(unread))


def moment(at: datetime) -> str:
    """`Mon 2026-01-19 01:00 UTC`."""
    utc = at.astimezone(UTC)
    return f"{_NAMES[utc.weekday()][:3]} {utc:%Y-%m-%d %H:%M} UTC"


def _text(window: Mapping[str, Any]) -> str:
    start, end = (str(window.get(name, "?")) for name in ("windowStartHour", "windowEndHour"))
    return f"{window.get('executionDay', '?')} {start} to {end} UTC"[:_LONGEST]


def _spans(window: Mapping[str, Any]) -> Iterator[Span]:
    days = _DAYS.get(str(window.get("executionDay")).strip().lower(), ())
    start, end = _time(window.get("windowStartHour")), _time(window.get("windowEndHour"))
    if start is None or end is None:
        return
    # Capabilities write the end of a day as 23:59:59, the whole day as 00:00 to 00:00, and over midnight end first.
    end = _DAY if end == _DAY - 1 else end
    end = end if end > start else end + _DAY
    for day in days:
        yield day * _DAY + start, day * _DAY + end


def _time(value: Any) -> int | None:
    found = _TIME.fullmatch(str(value).strip())
    if not found:
        return None
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    total = hours * 3600 + minutes * 60 + seconds
    return total if total <= _DAY else None


def _merged(spans: Iterable[Span]) -> list[Span]:
    """Spans that touch become one, over the end of the week too."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    while len(merged) > 1 and merged[-1][1] >= merged[0][0] + _WEEK:
        first = merged.pop(0)
        merged[-1] = merged[-1][0], max(merged[-1][1], first[1] + _WEEK)
    return merged


def _monday(now: datetime) -> datetime:
    utc = now.astimezone(UTC)
    return utc.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=utc.weekday())


def _seconds(now: datetime) -> float:
    return (now.astimezone(UTC) - _monday(now)).total_seconds()
