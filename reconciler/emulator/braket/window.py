from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from reconciler.emulator.clock import moment

_DAY = 86_400
_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_DAYS: Mapping[str, tuple[int, ...]] = {
    "everyday": tuple(range(7)),
    "weekdays": (0, 1, 2, 3, 4),
    "weekend": (5, 6),
} | {name.lower(): (index,) for index, name in enumerate(_NAMES)}


def delay_to_window(windows: Sequence[Mapping[str, Any]], time: int) -> int:
    """Milliseconds from `time` until the next execution window opens; 0 inside one.

    `windows` are those of the device's capabilities: {executionDay, windowStartHour, windowEndHour}, in UTC. Days in
    free text never open; without any window that opens, a device is always open.
    """
    start = moment(time)
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    waits = []
    # From yesterday on: a window that ends after midnight may still be open. A week always holds the next opening.
    for offset in range(-1, 8):
        day = midnight + timedelta(days=offset)
        for opens, closes in _spans(windows, day.weekday()):
            if start < day + timedelta(seconds=closes):
                waits.append(max((day + timedelta(seconds=opens) - start).total_seconds(), 0))
    return round(min(waits, default=0) * 1000)


def _spans(windows: Sequence[Mapping[str, Any]], weekday: int) -> list[tuple[int, int]]:
    """Opening and closing of each window that begins on a weekday, in seconds since its midnight."""
    spans = []
    for window in windows:
        if weekday in _DAYS.get(str(window["executionDay"]).lower(), ()):
            opens, closes = _seconds(window["windowStartHour"]), _seconds(window["windowEndHour"])
            # Capabilities write the end of the day as 23:59:59, and a window over midnight as end before start.
            closes = _DAY if closes == _DAY - 1 else closes
            spans.append((opens, closes if closes > opens else closes + _DAY))
    return spans


def _seconds(text: str) -> int:
    hours, minutes, *seconds = (int(part) for part in str(text).split(".")[0].split(":"))
    return hours * 3600 + minutes * 60 + sum(seconds)
