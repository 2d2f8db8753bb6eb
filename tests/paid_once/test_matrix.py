"""The paid-once matrix: faults x verbs x who tries again. The promise that outranks every feature."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from reconciler.core.attempt import Outcome
from reconciler.emulator.world import World
from tests.paid_once.bench import RUNS, Machine

_OPERATIONS = {
    "create": ("CreateQuantumTask",),
    "tag": ("TagResource",),
    "cancel": ("CancelQuantumTask",),
}
_FAULTS: dict[str, dict[str, object]] = {
    "throttle": {"effect": "throttle"},
    "500 before acting": {"effect": "error-500"},
    "500 after acting": {"effect": "error-500-after"},
    "503": {"effect": "error-503"},
    "reset before acting": {"effect": "reset"},
    "answer lost": {"effect": "lost"},
    "read timeout": {"effect": "timeout"},
    "200 with garbage": {"effect": "garbage"},
    "garbage after acting": {"effect": "garbage-after"},
    "late visibility": {"effect": "hide", "seconds": 240},
    "lost and late": {"effect": "lost"},
}
_AGAIN: dict[str, Callable[[Machine], None]] = {
    "same process": lambda machine: None,
    "next process": lambda machine: None,
    "another machine": lambda machine: machine.forget_everything(),
}
CASES = list(itertools.product(_FAULTS, _OPERATIONS, _AGAIN))


def _disturb(world: World, fault: str, verb: str, *, always: bool) -> None:
    for operation in _OPERATIONS[verb]:
        world.add_fault({**_FAULTS[fault], "operation": operation, "always": always})
    if fault == "lost and late":
        # The searches that follow a lost answer don't see the run yet either.
        world.set_switch("visibility.search", "240")


def _heal(world: World) -> None:
    world.clear_faults()
    world.set_switch("visibility.search", "0")


@pytest.mark.parametrize(("fault", "verb", "again"), CASES)
def test_one_run_is_paid_once(machine: Machine, fault: str, verb: str, again: str) -> None:
    if verb != "create":
        machine.apply()
    machine.declare(owner="lab-2" if verb == "tag" else "lab-1", tasks=verb != "cancel")

    _disturb(machine.world, fault, verb, always=again != "same process")
    machine.apply()
    _heal(machine.world)
    _AGAIN[again](machine)
    machine.apply()
    if machine.world.status()["tasks"] > RUNS:
        pytest.fail("a run was paid twice")
    machine.world.advance(600)  # whatever was late is there now, and what is cancelled has ended
    machine.apply()

    assert machine.world.status()["tasks"] == RUNS
    planned = machine.plan()
    assert planned.plan.empty, planned.plan.summary
    attempts = [a for record in planned.seen.records.values() for a in record.attempts]
    assert len({a.id for a in attempts}) == RUNS, "a run of the cloud that the state does not know is an orphan"
    assert all(a.outcome is Outcome.ACCEPTED for a in attempts)
    _check_effect(machine, verb)


def _check_effect(machine: Machine, verb: str) -> None:
    planned = machine.plan()
    attempts = [a for record in planned.seen.records.values() for a in record.attempts]
    if verb == "cancel":
        assert {a.status for a in attempts} == {"CANCELLED"}
    else:
        assert {a.tags["owner"] for a in attempts} == {"lab-2" if verb == "tag" else "lab-1"}


@pytest.mark.parametrize("mode", ["ignore", "validation", "conflict"])
def test_token_reused_with_another_request(machine: Machine, mode: str) -> None:
    """What the service does then is not documented; the promise holds whatever it is."""
    machine.world.set_switch("token.mismatch", mode)
    machine.world.set_switch("visibility.search", "240")
    _disturb(machine.world, "answer lost", "create", always=True)
    machine.apply()
    _heal(machine.world)
    machine.world.set_switch("visibility.search", "240")
    machine.declare(owner="lab-2")  # the same run identity, another request
    machine.forget_everything()
    machine.apply()
    machine.world.advance(600)
    machine.apply()

    assert machine.world.status()["tasks"] == RUNS
    assert machine.plan().plan.empty


@pytest.mark.parametrize("again", ["next process", "another machine"])
def test_token_forgotten_by_the_service(machine: Machine, again: str) -> None:
    """Two days later no token protects: our tags alone, or the journal with them, find the run."""
    _disturb(machine.world, "lost and late", "create", always=True)
    machine.apply()
    _heal(machine.world)
    machine.world.advance(2 * 86_400)
    _AGAIN[again](machine)
    machine.apply()

    assert machine.world.status()["tasks"] == RUNS
    assert machine.plan().plan.empty


def test_run_that_never_happened_is_made_after_all(machine: Machine) -> None:
    """A doubt that is over the window and without a trace ends as refused: the next apply submits, once."""
    _disturb(machine.world, "500 before acting", "create", always=True)
    assert len(machine.apply().unknown) == RUNS
    _heal(machine.world)
    machine.world.advance(2 * 86_400)
    assert len(machine.apply().submitted) == RUNS

    assert machine.world.status()["tasks"] == RUNS
    assert machine.plan().plan.empty
