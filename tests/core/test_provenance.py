"""The document about one result: what is unknown says so."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from reconciler.core.attempt import Attempt, Outcome, Place
from reconciler.core.freshness import CALIBRATED, CAPABILITIES
from reconciler.core.job import Job
from reconciler.core.ports import ProjectContext
from reconciler.core.provenance import Result, Tools, provenance
from tests.store.samples import begun

CONTEXT = ProjectContext(name="study", uid="uid-1", environment="dev", devices={}, tags={}, bucket="", prefix="")
TOOLS = Tools("0.1.0", {"botocore": "1"})


def attempt(device: str = "arn:garnet", **more: Any) -> Attempt:
    """One that was accepted."""
    place = Place("braket", "111122223333", "us-east-1")
    return Attempt("t1", "q1-d", "q1-p", 1, 1, place, {"device": device}, outcome=Outcome.ACCEPTED, id="arn:1", **more)


def made(one: Attempt, job: Job | None = None, logged: bool = True) -> dict[str, Any]:
    entry = begun("e1").entry if logged else None
    return provenance(CONTEXT, "QuantumTask/a", one, job, Result(b"bytes", "a.json"), entry, TOOLS)


def test_what_nobody_knows_is_named_and_is_no_zero() -> None:
    found = made(attempt(), logged=False)
    assert found["cost"] == {"estimate": None, "actual": None}
    assert found["unknown"] == [
        "applied",
        "cost.actual",
        "cost.estimate",
        "device.calibrated",
        "device.capabilities",
        "result.location",
        "run.status",
        "times.ended",
        "times.intended",
        "times.started",
        "times.submitted",
    ]


def test_what_is_known_is_told() -> None:
    facts = {CAPABILITIES: "digest", CALIBRATED: "2026-01-01T00:00:00Z"}
    price = {"least": "1.75", "most": "1.75", "currency": "USD", "basis": "the price list"}
    found = made(attempt(facts=facts, estimate=price, output="s3://b/k", ended="t", submitted="t", intended="t"))
    assert found["device"] == {"id": "arn:garnet", "capabilities": "digest", "calibrated": "2026-01-01T00:00:00Z"}
    assert found["cost"]["estimate"] == {**price, "expected": None}
    assert found["result"]["sha256"] == sha256(b"bytes").hexdigest()
    assert found["run"]["local"] is False
    assert found["applied"]["who"] == "ada"
    assert found["unknown"] == [
        *("applied.branch", "applied.commit", "applied.ended", "applied.fingerprint", "applied.manifests"),
        *("cost.actual", "cost.estimate.expected", "run.status", "times.started"),
    ]
