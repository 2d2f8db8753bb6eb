"""What each named crash point leaves behind, and that the next command mends it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.store.killing import check_left, command, run, was_killed
from tests.store.samples import store_in, tokens

# The point, and how many of the writer's four events are on record after dying there, saved with which serial.
_POINTS = [
    ("after-lock", 0, 0),
    ("before-journal", 0, 0),
    ("after-journal", 2, 0),
    ("before-journal:2", 2, 0),
    ("after-journal:2", 4, 0),
    ("before-state", 4, 0),
    ("after-state-temp", 4, 0),
    ("after-state", 4, 1),
    ("after-journal-empty", 4, 1),
    ("before-unlock", 4, 1),
]


@pytest.mark.parametrize(("where", "events", "serial"), _POINTS)
def test_dying_at_a_point(where: str, events: int, serial: int, tmp_path: Path) -> None:
    assert was_killed(run(command(tmp_path, 4), QCTL_CRASH_AT=where)), "the point was not reached"
    left = store_in(tmp_path).read().state
    assert (len(tokens(left)), left.serial) == (events, serial)

    assert not was_killed(run(command(tmp_path, 4)))
    assert check_left(tmp_path, "") >= 4
    assert not list(tmp_path.glob("*.tmp")), "the next holder sweeps up"


def test_without_the_variable_nothing_dies(tmp_path: Path) -> None:
    assert not was_killed(run(command(tmp_path, 4), QCTL_CRASH_AT=""))
