"""One limit, with the right amount: faults x verbs x who tries again. A second limit, or none, would bound nothing."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from reconciler.emulator.world import World
from tests.paid_once.bench import GARNET, UID, Machine
from tests.paid_once.process import KILLED, run

_OPERATIONS = {"create": "CreateSpendingLimit", "update": "UpdateSpendingLimit", "delete": "DeleteSpendingLimit"}
_AMOUNTS = {"create": "10", "update": "20", "delete": None}  # as declared when the verb is disturbed
_FAULTS: dict[str, dict[str, object]] = {
    "500 before acting": {"effect": "error-500"},
    "500 after acting": {"effect": "error-500-after"},
    "reset before acting": {"effect": "reset"},
    "answer lost": {"effect": "lost"},
    "garbage after acting": {"effect": "garbage-after"},
    "lost and late": {"effect": "lost"},
}
_AGAIN: dict[str, Callable[[Machine], None]] = {
    "same process": lambda machine: None,
    "next process": lambda machine: None,
    "another machine": lambda machine: machine.forget_everything(),
}


def declare(machine: Machine, amount: str | None) -> None:
    """A project with one limit, or with nothing."""
    text = f"""apiVersion: qctl/v1alpha1
kind: Project
metadata: {{name: limits, uid: {UID}}}
spec:
  devices: {{garnet: "{GARNET}"}}
"""
    if amount is not None:
        text += f"""---
apiVersion: qctl/v1alpha1
kind: SpendingLimit
metadata: {{name: cap, tags: {{owner: lab}}}}
spec: {{device: garnet, amount: {amount}}}
"""
    machine.root.mkdir(parents=True, exist_ok=True)
    (machine.root / "qctl.yaml").write_text(text, encoding="utf-8")


def limits(world: World) -> list[tuple[str, str]]:
    """What the cloud has."""
    with world.transaction() as session:
        return list(session.connection.execute("SELECT device, amount FROM spending_limit"))


def expected(verb: str) -> list[tuple[str, str]]:
    """What it should have after the verb."""
    amount = _AMOUNTS[verb]
    return [] if amount is None else [(GARNET, amount)]


def settled(machine: Machine, verb: str) -> None:
    """Apply until nothing is late any more; the cloud then has what is declared, and the plan is empty."""
    machine.apply()
    assert len(limits(machine.world)) <= 1
    machine.world.advance(600)
    machine.apply()
    machine.apply()
    assert limits(machine.world) == expected(verb)
    planned = machine.plan()
    assert planned.plan.empty, planned.plan.summary
    assert planned.plan.applicable


def begun(machine: Machine, verb: str) -> None:
    """The project just before the verb."""
    if verb != "create":
        declare(machine, "10")
        machine.apply()
    declare(machine, _AMOUNTS[verb])


@pytest.mark.parametrize(("fault", "verb", "again"), list(itertools.product(_FAULTS, _OPERATIONS, _AGAIN)))
def test_one_limit_with_the_right_amount(machine: Machine, fault: str, verb: str, again: str) -> None:
    begun(machine, verb)
    rule: dict[str, Any] = {**_FAULTS[fault], "operation": _OPERATIONS[verb], "always": again != "same process"}
    machine.world.add_fault(rule)
    if fault == "lost and late":
        machine.world.set_switch("spending.lag", "240")
    machine.apply()
    machine.world.clear_faults()
    machine.world.set_switch("spending.lag", "0")
    _AGAIN[again](machine)
    settled(machine, verb)


@pytest.mark.parametrize("again", ["next process", "another machine"])
def test_a_limit_that_the_search_shows_late(machine: Machine, again: str) -> None:
    """Without a state and without a sight of it the same token is sent again: the service knows it."""
    machine.world.set_switch("spending.lag", "240")
    begun(machine, "create")
    machine.apply()
    _AGAIN[again](machine)
    declare(machine, "20")
    machine.apply()
    machine.world.set_switch("spending.lag", "0")
    settled(machine, "update")


@pytest.mark.parametrize("again", ["next process", "another machine"])
def test_a_token_that_the_service_has_forgotten(machine: Machine, again: str) -> None:
    machine.world.add_fault({"operation": "CreateSpendingLimit", "effect": "lost", "always": True})
    begun(machine, "create")
    machine.apply()
    machine.world.clear_faults()
    machine.world.advance(2 * 86_400)
    _AGAIN[again](machine)
    settled(machine, "create")


@pytest.mark.parametrize("verb", _OPERATIONS)
@pytest.mark.parametrize("point", ["before", "after", "outcome"])
def test_a_death_at_any_point(machine: Machine, verb: str, point: str) -> None:
    begun(machine, verb)
    # The outcome is the first one of this apply.
    named = "after-outcome" if point == "outcome" else f"{point}-{verb}"
    command = ["apply", "--auto-approve", "--chdir", str(machine.root)]
    assert run(command, crash_at=f"{named}:1") == KILLED
    settled(machine, verb)


def test_there_and_back_through_a_lost_answer(machine: Machine) -> None:
    """A to B, whose answer is lost, and back to A: a token made of the amount alone would have left B."""
    begun(machine, "update")
    machine.world.add_fault({"operation": "UpdateSpendingLimit", "effect": "lost", "always": True})
    machine.apply()
    machine.world.clear_faults()
    assert limits(machine.world) == expected("update")
    declare(machine, "10")
    settled(machine, "create")  # to what was made at first
