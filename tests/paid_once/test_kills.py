"""A process that dies at any moment leaves a project that the next one brings to its one end."""

from __future__ import annotations

import itertools
import random

import pytest

from reconciler.core.attempt import Outcome
from tests.paid_once.bench import RUNS, Machine
from tests.paid_once.process import KILLED, run

_ALWAYS = (
    "after-lock",
    "before-journal",
    "after-journal",
    "after-outcome",
    "before-state",
    "after-state-temp",
    "after-state",
    "after-journal-empty",
    "before-unlock",
)
_VERBS = ("create", "tag", "cancel")
POINTS = [
    (verb, f"{point}:{passage}")
    for verb in _VERBS
    for point, passage in itertools.chain(
        # The first journal line says who begins, the next ones what.
        itertools.product(_ALWAYS[1:3], (1, 2, 3)),
        itertools.product((_ALWAYS[3], f"before-{verb}", f"after-{verb}"), (1, 2)),
        ((point, 1) for point in (_ALWAYS[0], *_ALWAYS[4:])),
    )
]


def _apply(machine: Machine, **death: object) -> int:
    return run(["apply", "-C", str(machine.root), "--auto-approve", "--parallelism", "2"], **death)  # type: ignore[arg-type]


@pytest.mark.parametrize(("verb", "point"), POINTS)
def test_killed_at_a_crash_point(machine: Machine, verb: str, point: str) -> None:
    if verb != "create":
        assert _apply(machine) == 0
    machine.declare(owner="lab-2" if verb == "tag" else "lab-1", tasks=verb != "cancel")

    assert _apply(machine, crash_at=point) == KILLED, "the point was never passed: this case tests nothing"
    assert _apply(machine) == 0
    _check(machine, verb)


def _check(machine: Machine, verb: str) -> None:
    machine.world.advance(60)
    assert _apply(machine) == 0
    planned = machine.plan()
    assert machine.world.status()["tasks"] == RUNS
    assert planned.plan.empty, planned.plan.summary
    attempts = [a for record in planned.seen.records.values() for a in record.attempts]
    assert len(attempts) == RUNS, "one attempt for each declared run, and none that nobody knows"
    assert all(a.outcome is Outcome.ACCEPTED for a in attempts)
    if verb == "cancel":
        assert {a.status for a in attempts} == {"CANCELLED"}
    if verb == "tag":
        assert {a.tags["owner"] for a in attempts} == {"lab-2"}


@pytest.mark.parametrize("lost", [False, True], ids=["state kept", "state lost"])
def test_killed_at_random(machine: Machine, lost: bool) -> None:
    """100 deaths at random moments, twice: the next apply finds each run or makes it, never a second one."""
    chance = random.Random(20_261_120 + lost)
    died, life = 0, 0.25  # seconds; machines differ, and so does their load: the next death is aimed by the last
    for number in range(100):
        environment = f"e{number}"
        args = ["apply", "-C", str(machine.root), "--auto-approve", "--env", environment, "--parallelism", "2"]
        killed = run(args, kill_after=chance.uniform(0.0, life)) == KILLED
        died, life = died + killed, life * (1.05 if killed else 0.8)
        if lost:
            machine.forget_everything_of(environment)
        assert run(args) == 0
        assert machine.world.status()["tasks"] == RUNS * (number + 1), f"death {number} made or lost a run"
        assert run(["plan", "-C", str(machine.root), "--env", environment, "--detailed-exitcode"]) == 0
    assert died > 25, "most processes ended before they were killed: this test proves little"
