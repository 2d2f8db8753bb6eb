from datetime import UTC, datetime

import pytest

from reconciler.emulator.braket.window import delay_to_window
from reconciler.emulator.clock import milliseconds

HOUR = 3600


def window(day: str, start: str, end: str) -> dict[str, str]:
    return {"executionDay": day, "windowStartHour": start, "windowEndHour": end}


@pytest.mark.parametrize(
    ("windows", "time", "seconds", "why"),
    [
        ([], "2027-01-15T08:00", 0, "no window: always open"),
        ([window("Everyday", "00:00:00", "23:59:59")], "2027-01-15T23:59:59.500", 0, "the last second is open too"),
        ([window("Everyday", "00:00:00", "00:00:00")], "2027-01-15T08:00", 0, "midnight to midnight is a whole day"),
        ([window("Everyday", "10:00:00", "12:00:00")], "2027-01-15T08:00", 2 * HOUR, "opens later today"),
        ([window("Everyday", "10:00:00", "12:00:00")], "2027-01-15T11:59:59", 0, "open"),
        ([window("Everyday", "10:00:00", "12:00:00")], "2027-01-15T12:00", 22 * HOUR, "closed: tomorrow"),
        ([window("Everyday", "22:00", "02:00")], "2027-01-15T01:00", 0, "open since yesterday"),
        ([window("Weekdays", "00:00:00", "23:59:59")], "2027-01-16T08:00", 40 * HOUR, "Saturday waits for Monday"),
        ([window("Weekend", "06:00:00", "07:00:00")], "2027-01-15T08:00", 22 * HOUR, "Friday waits for Saturday"),
        ([window("Friday", "06:00:00", "07:00:00")], "2027-01-15T08:00", 166 * HOUR, "next week"),
        (
            [window("Friday", "06:00", "07:00"), window("Sunday", "08:00", "09:00")],
            "2027-01-15T08:00",
            48 * HOUR,
            "two",
        ),
        ([window("On request", "06:00", "07:00")], "2027-01-15T08:00", 0, "free text says nothing"),
    ],
)
def test_a_task_waits_for_the_next_window(windows: list[dict[str, str]], time: str, seconds: int, why: str) -> None:
    start = milliseconds(datetime.fromisoformat(time).replace(tzinfo=UTC))
    assert delay_to_window(windows, start) == seconds * 1000, why
