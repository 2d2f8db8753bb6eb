"""Execution windows: open or not, since when, until when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from reconciler.providers.braket.window import Windows, read_windows

MONDAY = datetime(2026, 1, 12, tzinfo=UTC)


def _windows(*texts: str) -> Windows:
    """From `Weekdays 01:00:00-23:59:59`."""
    given = []
    for text in texts:
        day, _, hours = text.rpartition(" ")
        start, _, end = hours.partition("-")
        given.append({"executionDay": day, "windowStartHour": start, "windowEndHour": end})
    return read_windows({"service": {"executionWindows": given}})


def _at(text: str) -> datetime:
    """`Fri 13:00` of that week."""
    day, _, time = text.partition(" ")
    number = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun").index(day)
    hours, minutes, *seconds = (int(part) for part in time.split(":"))
    return MONDAY + timedelta(days=number, hours=hours, minutes=minutes, seconds=sum(seconds))


@pytest.mark.parametrize(
    ("windows", "at", "words"),
    [
        (["Everyday 00:00:00-23:59:59"], "Wed 12:00", "open now"),
        (["Everyday 00:00:00-23:59:59"], "Wed 23:59:59", "open now"),  # no gap of a second at midnight
        (["Everyday 00:00:00-00:00:00"], "Sun 00:00", "open now"),  # the whole day
        (["Everyday 00:00-24:00"], "Sun 00:00", "open now"),
        (["Everyday 00:00:00-12:00:00", "everyday 12:00:00-23:59:59.999"], "Tue 12:00", "open now"),
        (["Weekdays 01:00:00-23:59:59"], "Mon 00:59:59", "opens Mon 2026-01-12 01:00 UTC"),
        (["Weekdays 01:00:00-23:59:59"], "Mon 01:00", "open until Tue 2026-01-13 00:00 UTC"),
        (["Weekdays 01:00:00-23:59:59"], "Sat 00:00", "opens Mon 2026-01-19 01:00 UTC"),
        (["Weekend 08:00:00-10:00:00"], "Sun 10:00", "opens Sat 2026-01-24 08:00 UTC"),
        (["Weekend 00:00:00-00:00:00"], "Sat 05:00", "open until Mon 2026-01-19 00:00 UTC"),
        (["Monday 22:00:00-02:00:00"], "Tue 01:59", "open until Tue 2026-01-13 02:00 UTC"),
        (["Sunday 22:00:00-02:00:00"], "Mon 01:00", "open until Mon 2026-01-12 02:00 UTC"),
        (["Sunday 22:00:00-02:00:00"], "Mon 02:00", "opens Sun 2026-01-18 22:00 UTC"),
        (["Sunday 22:00-02:00", "Monday 02:00-04:00"], "Sun 23:00", "open until Mon 2026-01-19 04:00 UTC"),
        (["Tuesday 09:00-11:00", "Tuesday 15:00-17:00"], "Tue 12:00", "opens Tue 2026-01-13 15:00 UTC"),
        (["Tuesday 09:00-16:00", "Tuesday 15:00-17:00"], "Tue 15:30", "open until Tue 2026-01-13 17:00 UTC"),
        (["First Monday of a month 09:00-11:00"], "Mon 10:00", "unknown"),
        (["Tuesday 09:00-11:00", "on request 00:00-00:00"], "Tue 10:00", "open until Tue 2026-01-13 11:00 UTC"),
        (["Tuesday 09:00-11:00", "on request 00:00-00:00"], "Tue 12:00", "unknown"),
        (["Everyday nine-five"], "Tue 12:00", "unknown"),
        (["Everyday 01:00-24:30"], "Tue 12:00", "unknown"),
        (["Everyday 25:00-26:00"], "Tue 12:00", "unknown"),
        ([], "Tue 12:00", "unknown"),
    ],
)
def test_in_words(windows: list[str], at: str, words: str) -> None:
    assert _windows(*windows).words(_at(at)) == words


def test_every_minute_of_a_week_is_open_or_waits_for_the_next_opening() -> None:
    windows = _windows("Weekdays 13:00:00-02:00:00", "Saturday 10:00:00-11:30:00")
    for minute in range(0, 7 * 24 * 60, 7):
        now = MONDAY + timedelta(minutes=minute)
        opens, closes = windows.opens(now), windows.closes(now)
        assert (opens is None) != (closes is None)
        if opens is not None:
            assert opens > now
            assert windows.open_at(opens)
            assert not windows.open_at(opens - timedelta(seconds=1))
        if closes is not None:
            assert closes > now
            assert not windows.open_at(closes)


def test_other_clocks_mean_the_same_moment() -> None:
    tokyo = _at("Mon 00:30").astimezone(timezone(timedelta(hours=9)))
    assert _windows("Weekdays 01:00-02:00").words(tokyo) == "opens Mon 2026-01-12 01:00 UTC"


@pytest.mark.parametrize(
    "capabilities",
    [{}, {"service": None}, {"service": {"executionWindows": "always"}}, {"service": {"executionWindows": [7, {}]}}],
)
def test_what_is_no_window(capabilities: Any) -> None:
    assert read_windows(capabilities).words(MONDAY) == "unknown"
