"""A process that dies while it pays for a stale result again leaves the next one that one run to find or to make."""

from __future__ import annotations

import pytest

from tests.paid_once.bench import RUNS, Machine
from tests.paid_once.process import KILLED, run

DAY = 86_400
POINTS = [
    "before-journal:1",
    "after-journal:1",
    "before-create:1",
    "after-create:1",
    "after-create:2",
    "after-outcome:1",
]


def _apply(machine: Machine, **death: object) -> int:
    return run(["apply", "-C", str(machine.root), "--auto-approve", "--parallelism", "1"], **death)  # type: ignore[arg-type]


def _stale(machine: Machine) -> None:
    """Both runs are finished, and older than they may be."""
    manifest = machine.root / "qctl.yaml"
    rule = "  freshness: {maxAge: 30d, onStale: rerun, maxNewRuns: 1}\n  shots:"
    manifest.write_text(manifest.read_text("utf-8").replace("  shots:", rule), "utf-8")
    _finished(machine)
    machine.world.advance(31 * DAY)


def _finished(machine: Machine) -> None:
    assert _apply(machine) == 0
    machine.world.advance(DAY)
    assert _apply(machine) == 0


@pytest.mark.parametrize("lost", [False, True], ids=["state kept", "state lost"])
@pytest.mark.parametrize("point", POINTS)
def test_killed_while_a_stale_result_is_paid_again(machine: Machine, point: str, lost: bool) -> None:
    _stale(machine)
    assert _apply(machine, crash_at=point) == KILLED, "the point was never passed: this case tests nothing"
    if lost:
        machine.forget_everything()
    for _ in range(3):
        _finished(machine)
        assert machine.world.status()["tasks"] <= 2 * RUNS, "a run was paid twice"
    assert machine.world.status()["tasks"] == 2 * RUNS
    machine.world.advance(31 * DAY)
    _finished(machine)
    assert machine.world.status()["tasks"] == 2 * RUNS, "the bound holds whatever was lost"
