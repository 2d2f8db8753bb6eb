"""Plans, changes and runs as the differ makes them, for every test of this room."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from reconciler.core.address import Address, parse_address
from reconciler.core.attempt import Attempt, Outcome, Place
from reconciler.core.change import Action, Change, FieldChange
from reconciler.core.event import Verb
from reconciler.core.fields import FieldClass
from reconciler.core.money import Price
from reconciler.core.operation import Operation
from reconciler.core.phase import Phase
from reconciler.core.plan import Plan
from reconciler.core.resource import Resource

SV1 = "arn:aws:braket:::device/quantum-simulator/amazon/sv1"
GARNET = "arn:aws:braket:eu-north-1::device/qpu/iqm/Garnet"
RUN = "arn:aws:braket:eu-north-1:123456789012:quantum-task/6f2b1a30-0000-4000-8000-000000000001"
PLACE = Place("braket", "123456789012", "eu-north-1")
PRICE = Price(Decimal("0.30"), Decimal("1.30"), "0.30 a task, 0.00145 a shot")


def address(text: str) -> Address:
    return parse_address(text)


def resource(text: str, *, inputs: Mapping[str, Any] | None = None, tags: Mapping[str, str] | None = None) -> Resource:
    execution: dict[str, Any] = {"device": SV1, "shots": 1000, "program": "8f14e45fceea167a"}
    if inputs is not None:
        execution["inputs"] = inputs
    delivery = {"output.bucket": "", "output.prefix": "qctl/ghz-study"}
    return Resource(address(text), ("q1-" + "0" * 64,), "q1-" + "1" * 64, execution, tags or {}, delivery)


def attempt(status: str = "COMPLETED", phase: Phase = Phase.DONE, **more: Any) -> Attempt:
    values: dict[str, Any] = {
        "token": "a" * 64,
        "digest": "q1-" + "0" * 64,
        "program": "q1-" + "1" * 64,
        "generation": 1,
        "number": 1,
        "place": PLACE,
        "execution": {"device": SV1, "shots": 1000},
        "intended": "2026-11-20T10:00:00Z",
        "outcome": Outcome.ACCEPTED,
        "id": RUN,
        "status": status,
        "phase": phase,
        "submitted": "2026-11-20T10:00:01Z",
    }
    return Attempt(**{**values, **more})


def running(status: str = "QUEUED") -> Attempt:
    return attempt(status, Phase.OPEN)


def create(text: str, **more: Any) -> Change:
    wanted = resource(text, inputs=more.pop("inputs", None), tags=more.pop("tags", None))
    call = Operation(Verb.CREATE, wanted.address, "b" * 64, number=1, resource=wanted)
    values: dict[str, Any] = {
        "reason": "declared, and nothing was ever accepted for it",
        "operations": (call,),
        "price": PRICE,
    }
    return Change(wanted.address, Action.CREATE, **{**values, **more})


def replaced(text: str) -> Change:
    wanted = resource(text)
    calls = (
        Operation(Verb.CANCEL, wanted.address, "a" * 64, id=RUN),
        Operation(Verb.CREATE, wanted.address, "b" * 64, number=1, resource=wanted),
    )
    fields = (
        FieldChange("inputs", FieldClass.EXECUTION, {"a": 1, "theta": 0.5}, {"a": 1, "theta": 0.75}),
        FieldChange("shots", FieldClass.EXECUTION, 100, 200),
    )
    reason = "a new paid run, because inputs, shots changed; the old run is cancelled"
    return Change(wanted.address, Action.REPLACE, reason, fields, calls, running(), price=PRICE)


def retagged(text: str) -> Change:
    call = Operation(Verb.TAG, address(text), "a" * 64, id=RUN, put={"owner": "lab-4"}, drop=("old",))
    fields = (
        FieldChange("tags.owner", FieldClass.MUTABLE, "lab-3", "lab-4"),
        FieldChange("tags.old", FieldClass.MUTABLE, "x", None),
        FieldChange("run.onRemove", FieldClass.LOCAL, "cancel", "orphan"),
    )
    reason = "updated in place, not run again: tags.owner, tags.old, run.onRemove"
    return Change(address(text), Action.UPDATE, reason, fields, (call,), attempt(), managed=True, removal="orphan")


def cancelled(text: str) -> Change:
    call = Operation(Verb.CANCEL, address(text), "a" * 64, id=RUN)
    return Change(
        address(text),
        Action.CANCEL,
        "no longer declared",
        operations=(call,),
        attempt=running("RUNNING"),
        managed=False,
        declared=False,
    )


def recorded(text: str, action: Action, reason: str, **more: Any) -> Change:
    values: dict[str, Any] = {"attempt": attempt(), **more}
    return Change(address(text), action, reason, **values)


def repeated(text: str) -> Change:
    doubtful = attempt(outcome=Outcome.UNKNOWN, id="", status="", phase=Phase.OPEN)
    call = Operation(Verb.CREATE, address(text), "a" * 64, number=1, resource=resource(text), repeats=True)
    reason = "the submission of 2026-11-20T10:00:00Z has no known outcome; it is repeated with the same client token"
    return Change(address(text), Action.RESOLVE, reason, operations=(call,), attempt=doubtful, price=PRICE)


def standing(text: str, run: Attempt | None = None, warning: str = "") -> Change:
    return Change(address(text), Action.NONE, "done", attempt=run or attempt(), warning=warning)


def plan(*changes: Change) -> Plan:
    ordered = tuple(sorted(changes, key=lambda c: c.address))
    return Plan("ghz-study", "default", ordered, {c.address: frozenset() for c in ordered})


def every_action() -> Plan:
    lost = "accepted once, and now the cloud has no such run; that alone is no reason to pay again"
    hint = "It may be hidden from these credentials, or deleted. Raise run.generation to submit it again."
    unsettled = "the submission of 2026-11-20T10:00:00Z has no known outcome; it must be settled before anything else"
    pending = attempt(outcome=Outcome.PENDING, id="", status="", phase=Phase.OPEN)
    return plan(
        create("QuantumTask/new", inputs={"theta": 0.5, "phi": "${{ QuantumTask/old.id }}"}, tags={"owner": "lab-3"}),
        replaced("QuantumTask/replaced"),
        retagged("QuantumTask/retagged"),
        cancelled("QuantumTask/cancelled"),
        recorded("QuantumTask/adopted", Action.ADOPT, "it exists already, submitted 2026-11-20T10:00:01Z"),
        recorded("QuantumTask/reused", Action.REUSE, "already paid on 2026-11-20, no submission", managed=True),
        recorded(
            "QuantumTask/forgotten",
            Action.FORGET,
            "no longer declared; finished, stays on record",
            managed=False,
            declared=False,
        ),
        repeated("QuantumTask/repeated"),
        recorded("QuantumTask/lost", Action.LOST, lost, warning=hint),
        recorded("QuantumTask/blocked", Action.BLOCKED, unsettled, attempt=pending),
        standing("QuantumTask/done"),
        standing("QuantumTask/waiting", running()),
    )
