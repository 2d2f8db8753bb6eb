"""Program sets are paid once: faults and deaths at the one call that submits many points, and who goes on after it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest

from reconciler.core.attempt import Outcome
from tests.paid_once.bench import GARNET, UID, Machine
from tests.paid_once.process import KILLED, run
from tests.paid_once.test_matrix import _FAULTS

_MANIFEST = """apiVersion: qctl/v1alpha1
kind: Project
metadata: {{name: matrix, uid: {uid}}}
spec:
  devices: {{garnet: "{garnet}"}}
---
apiVersion: qctl/v1alpha1
kind: QuantumTask
metadata: {{name: sweep}}
spec:
  device: garnet
  shots: 100
  submit: programSet
  matrix: {{theta: {points}}}
  program:
    openqasm: "OPENQASM 3.0; input float theta; qubit[2] q; bit[2] c; rx(theta) q[0]; c = measure q;"
    inputs: {{theta: "${{{{ matrix.theta }}}}"}}
"""
_POINTS = (0.1, 0.2, 0.3, 0.4, 0.5)


@dataclass
class Sweeper(Machine):
    """A machine whose project is one sweep."""

    def sweep(self, points: Sequence[float] = _POINTS) -> None:
        """Declare these points."""
        self.root.mkdir(parents=True, exist_ok=True)
        text = _MANIFEST.format(uid=UID, garnet=GARNET, points=list(points))
        (self.root / "qctl.yaml").write_text(text, encoding="utf-8")

    def tasks(self) -> int:
        """How many the cloud has."""
        return int(self.world.status()["tasks"])


@pytest.fixture
def sweeper(machine: Machine) -> Sweeper:
    """A fresh machine at a fresh cloud."""
    made = Sweeper(machine.root, machine.world)
    made.sweep()
    return made


def _check(sweeper: Sweeper, tasks: int = 1) -> None:
    """So many tasks, a run at each declared point, and nothing left to do."""
    sweeper.world.advance(600)  # whatever was late is there now
    sweeper.apply()
    assert sweeper.tasks() == tasks, "something was paid twice"
    planned = sweeper.plan()
    assert planned.plan.empty, planned.plan.summary
    for address in planned.resources:
        (attempt,) = planned.seen.records[address].attempts
        assert attempt.outcome is Outcome.ACCEPTED
        assert attempt.phase.name != "CANCELLED"
    ids = {a.id for record in planned.seen.records.values() for a in record.attempts if a.exists}
    assert len(ids) == tasks, "a task of the cloud that the state does not know is an orphan"


def _forget(sweeper: Sweeper) -> None:
    sweeper.forget_everything()


_AGAIN: dict[str, Callable[[Sweeper], None]] = {
    "same process": lambda sweeper: None,
    "next process": lambda sweeper: None,
    "another machine": _forget,
}


@pytest.mark.parametrize(("fault", "verb", "again"), itertools.product(_FAULTS, ["create"], _AGAIN))
def test_one_set_is_paid_once(sweeper: Sweeper, fault: str, verb: str, again: str) -> None:
    """`verb` names the column of the table."""
    assert verb == "create"
    always = again != "same process"
    sweeper.world.add_fault({**_FAULTS[fault], "operation": "CreateQuantumTask", "always": always})
    if fault == "lost and late":
        sweeper.world.set_switch("visibility.search", "240")
    sweeper.apply()
    sweeper.world.clear_faults()
    sweeper.world.set_switch("visibility.search", "0")
    _AGAIN[again](sweeper)
    sweeper.apply()
    assert sweeper.tasks() <= 1, "the set was paid twice"
    _check(sweeper)


@pytest.mark.parametrize("lost", [False, True], ids=["state kept", "state lost"])
@pytest.mark.parametrize("seen", [True, False], ids=["visible", "late"])
@pytest.mark.parametrize("points", [_POINTS[1:], (*_POINTS, 0.6), (*_POINTS[2:], 0.6, 0.7)], ids=["-1", "+1", "-2+2"])
def test_points_come_and_go_while_it_is_in_doubt(
    sweeper: Sweeper, points: Sequence[float], seen: bool, lost: bool
) -> None:
    sweeper.world.add_fault({"effect": "lost", "operation": "CreateQuantumTask", "always": True})
    sweeper.world.set_switch("visibility.search", "240")
    sweeper.apply()
    sweeper.world.clear_faults()
    if seen:
        sweeper.world.set_switch("visibility.search", "0")
    if lost:
        sweeper.forget_everything()
        sweeper.world.advance(300)  # a state that is lost so soon leaves nothing that could know better
    sweeper.sweep(points)
    sweeper.apply()
    _check(sweeper, tasks=1 + bool(set(points) - set(_POINTS)))


@pytest.mark.parametrize("lost", [False, True], ids=["state kept", "state lost"])
def test_a_point_that_comes_back_is_in_its_set_still(sweeper: Sweeper, lost: bool) -> None:
    sweeper.apply()
    sweeper.sweep(_POINTS[1:])
    if lost:
        sweeper.forget_everything()
    sweeper.apply()
    sweeper.sweep()
    _check(sweeper)


_DEATHS = [
    f"{point}:1"
    for point in (
        "after-lock",
        "before-journal",
        "after-journal",
        "before-create",
        "after-create",
        "after-outcome",
        "before-state",
        "after-state",
        "before-unlock",
    )
] + ["before-journal:2", "after-journal:2"]


@pytest.mark.parametrize("lost", [False, True], ids=["state kept", "state lost"])
@pytest.mark.parametrize("point", _DEATHS)
def test_killed_at_a_crash_point(sweeper: Sweeper, point: str, lost: bool) -> None:
    args = ["apply", "-C", str(sweeper.root), "--auto-approve"]
    assert run(args, crash_at=point) == KILLED, "the point was never passed: this case tests nothing"
    if lost:
        for file in (sweeper.root / "state").glob("*"):
            if file.is_file():
                file.unlink()
    assert run(args) == 0
    assert sweeper.tasks() == 1
    _check(sweeper)


@pytest.mark.parametrize("point", ["before-create:1", "after-create:1"])
def test_killed_and_then_a_point_less(sweeper: Sweeper, point: str) -> None:
    """The set can't be repeated as it was: what became of it must show before anything is paid."""
    args = ["apply", "-C", str(sweeper.root), "--auto-approve"]
    assert run(args, crash_at=point) == KILLED
    made = sweeper.tasks()
    sweeper.sweep(_POINTS[1:])
    sweeper.world.set_switch("visibility.search", "240")
    sweeper.apply()
    assert sweeper.tasks() == made
    _check(sweeper)


@pytest.mark.parametrize("mode", ["ignore", "validation", "conflict"])
def test_token_of_a_set_reused_with_another_request(sweeper: Sweeper, mode: str) -> None:
    sweeper.world.set_switch("token.mismatch", mode)
    sweeper.world.set_switch("visibility.search", "240")
    sweeper.world.add_fault({"effect": "lost", "operation": "CreateQuantumTask", "always": True})
    sweeper.apply()
    sweeper.world.clear_faults()
    text = (sweeper.root / "qctl.yaml").read_text("utf-8")
    (sweeper.root / "qctl.yaml").write_text(text.replace("{name: sweep}", "{name: sweep, tags: {a: b}}"), "utf-8")
    sweeper.forget_everything()
    sweeper.apply()
    assert sweeper.tasks() == 1
    _check(sweeper)
