"""One bucket, with the declared settings, and nobody's objects: faults x verbs x who tries again."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest

from reconciler.emulator.object_setting_store import value_of
from reconciler.emulator.world import World
from tests.paid_once.bench import UID, Machine
from tests.paid_once.process import KILLED, run

_NAME = "amazon-braket-once"
_METHODS = {"create": "PUT", "update": "PUT", "delete": "DELETE"}
_DAYS = {"create": 3, "update": 4, "delete": None}  # of its lifecycle, as declared when the verb is disturbed
_FAULTS: dict[str, dict[str, object]] = {
    "500 after acting": {"effect": "error-500-after"},
    "answer lost": {"effect": "lost"},
    "garbage after acting": {"effect": "garbage-after"},
}
_AGAIN: dict[str, Callable[[Machine], None]] = {
    "same process": lambda machine: None,
    "next process": lambda machine: None,
    "another machine": lambda machine: machine.forget_everything(),
}
_STEPS = {"create": (1, 2), "update": (1,), "delete": (1,)}  # which of its calls is disturbed


def declare(machine: Machine, days: int | None) -> None:
    """A project with one bucket, or with nothing."""
    text = f"""apiVersion: qctl/v1alpha1
kind: Project
metadata: {{name: buckets, uid: {UID}}}
"""
    if days is not None:
        text += f"""---
apiVersion: qctl/v1alpha1
kind: Bucket
metadata: {{name: results, tags: {{owner: lab}}}}
spec:
  name: {_NAME}
  region: eu-north-1
  protect: false
  versioning: true
  lifecycle: {{expire: [{{prefix: tmp/, days: {days}}}]}}
"""
    machine.root.mkdir(parents=True, exist_ok=True)
    (machine.root / "qctl.yaml").write_text(text, encoding="utf-8")


def buckets(world: World) -> dict[str, Any]:
    """Each bucket of the cloud with its versioning, the days of its lifecycle, and its owner."""
    with world.transaction() as session:
        names = [name for (name,) in session.connection.execute("SELECT name FROM s3_bucket")]
        return {name: _set_on(session.connection, name) for name in names}


def _set_on(connection: Any, name: str) -> tuple[str, list[int], list[str]]:
    told = {what: value_of(connection, name, what) or {} for what in ("versioning", "lifecycle", "tagging")}
    days = [rule["Expiration"]["Days"] for rule in told["lifecycle"].get("Rules", ())]
    owners = [tag["Value"] for tag in told["tagging"].get("TagSet", ()) if tag["Key"] == "owner"]
    return str(told["versioning"].get("Status")), days, owners


def expected(verb: str) -> dict[str, Any]:
    """What the cloud should have after the verb."""
    days = _DAYS[verb]
    return {} if days is None else {_NAME: ("Enabled", [days], ["lab"])}


def settled(machine: Machine, verb: str) -> None:
    """Apply until nothing is late any more; the cloud then has what is declared, and the plan is empty."""
    machine.apply()
    machine.world.advance(600)
    machine.apply()
    machine.apply()
    assert buckets(machine.world) == expected(verb)
    planned = machine.plan()
    assert planned.plan.empty, planned.plan.summary
    assert planned.plan.applicable


def begun(machine: Machine, verb: str) -> None:
    """The project just before the verb."""
    if verb != "create":
        declare(machine, 3)
        machine.apply()
    declare(machine, _DAYS[verb])


_CASES = [(f, v, n, a) for f, v, a in itertools.product(_FAULTS, _METHODS, _AGAIN) for n in _STEPS[v]]


@pytest.mark.parametrize(("fault", "verb", "step", "again"), _CASES)
def test_one_bucket_with_the_declared_settings(machine: Machine, fault: str, verb: str, step: int, again: str) -> None:
    begun(machine, verb)
    once: dict[str, Any] = {"nth": step} if again == "same process" else {"nth": step, "always": True}
    machine.world.add_fault({**_FAULTS[fault], "service": "s3", "operation": _METHODS[verb], **once})
    machine.apply()
    machine.world.clear_faults()
    _AGAIN[again](machine)
    if verb == "delete" and again == "another machine":
        return  # nobody remembers it and nobody declares it: `qctl orphans` finds it, and nothing else
    settled(machine, verb)


@pytest.mark.parametrize("verb", _METHODS)
@pytest.mark.parametrize("point", ["before", "after", "outcome"])
def test_a_death_at_any_point(machine: Machine, verb: str, point: str) -> None:
    begun(machine, verb)
    named = "after-outcome" if point == "outcome" else f"{point}-{verb}"
    command = ["apply", "--auto-approve", "--chdir", str(machine.root)]
    assert run(command, crash_at=f"{named}:1") == KILLED
    settled(machine, verb)


def test_a_setting_that_is_refused_is_told_and_made_good(machine: Machine) -> None:
    """The bucket is there by then: who tries again finds it by its marks, and changes what is left."""
    begun(machine, "create")
    machine.world.add_fault({"service": "s3", "operation": "PUT", "nth": 2, "effect": "status", "status": 403})
    applied = machine.apply()
    (why,) = applied.refused.values()
    assert why.startswith(f"{_NAME} was made, but not all of its settings: ")
    machine.world.clear_faults()
    settled(machine, "create")


def test_what_is_stored_is_never_deleted(machine: Machine) -> None:
    """Not even by a plan that was made when the bucket was empty."""
    begun(machine, "delete")
    planned = machine.plan()
    assert planned.plan.applicable
    with machine.world.transaction() as session:
        statement = "INSERT INTO s3_object SELECT ?, 'k', '', '', '', ?, created_at FROM s3_bucket"
        session.connection.execute(statement, (_NAME, json.dumps({})))
    assert [d.code for d in machine.plan().plan.diagnostics] == ["bucket/not-empty"]
