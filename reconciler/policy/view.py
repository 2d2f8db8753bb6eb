"""What policies see of a plan. A contract: names and meanings stay, more may come (docs/policies.md)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from reconciler.core.address import Address
from reconciler.core.change import Change
from reconciler.core.device_name import is_embedded
from reconciler.core.diagnostic import Diagnostic, Severity
from reconciler.core.event import PAYING
from reconciler.core.money import Price
from reconciler.core.plan import Plan

VERSION = 1
View = dict[str, Any]
Simulations = Mapping[Address, Mapping[str, Any]]
NOT_SIMULATED: Mapping[str, Any] = {"done": False, "passed": False}

# One example of everything: what a test leaves out is as here, and what is not here does not exist.
EXAMPLE_CHANGE: View = {
    "address": "QuantumTask/example",
    "kind": "QuantumTask",
    "name": "example",
    "key": {},
    "action": "create",
    "reason": "not submitted yet",
    "pays": True,
    "runs": 1,
    "cloud": "braket",
    "device": "arn:aws:braket:::device/quantum-simulator/amazon/sv1",
    "device_name": "sv1",
    "device_type": "SIMULATOR",
    "shots": 100,
    "generation": 1,
    "attempt": 1,
    "tags": {},
    "price": {"at_least": Decimal(0), "expected": Decimal(0), "at_most": Decimal(0), "currency": "USD"},
    "fields": [],
    "execution": {},
    "simulation": {**NOT_SIMULATED},
    "findings": [],
    "warning": "",
}
EXAMPLE_COST: View = {"at_least": Decimal(0), "at_most": Decimal(0), "currency": "USD", "unknown": 0}
EXAMPLE_PLAN: View = {
    "version": VERSION,
    "project": "example",
    "environment": "default",
    "changes": [],
    "add": 0,
    "change": 0,
    "destroy": 0,
    "pays": 0,
    "cost": EXAMPLE_COST,
    "costs": {},
    "findings": [],
}
# Mappings whose keys the user chooses, and lists: nothing below them can be misspelt.
OPEN = frozenset({"key", "tags", "execution", "fields", "findings", "changes", "costs"})


def plan_view(plan: Plan, clouds: Mapping[str, str], simulations: Simulations) -> View:
    """The plan as data; `clouds` by kind. Its changes are those that do something: the rest is not judged."""
    findings: dict[str, list[View]] = {}
    for found in plan.diagnostics:
        findings.setdefault(found.address, []).append(_finding(found))
    changes = [_change(c, clouds, simulations, findings) for c in plan.changes if c.changes_anything]
    costs = costs_of(change["price"] for change in changes if change["pays"])
    return {
        "version": VERSION,
        "project": plan.project,
        "environment": plan.environment,
        "changes": changes,
        "add": plan.added,
        "change": plan.changed,
        "destroy": plan.destroyed,
        "pays": sum(change["pays"] for change in changes),
        "cost": the_cost(costs),
        "costs": costs,
        "findings": [_finding(found) for found in plan.diagnostics],
    }


def _change(change: Change, clouds: Mapping[str, str], simulations: Simulations, findings: Any) -> View:
    resource = next((op.resource for op in change.operations if op.resource is not None), None)
    attempt = change.attempt
    execution = dict(resource.execution if resource else attempt.execution if attempt else {})
    device = execution.get("device") or execution.get("backend")
    cloud = clouds.get(change.address.kind, "")
    text = str(change.address)
    return {
        "address": text,
        "kind": change.address.kind,
        "name": change.address.name,
        "key": dict(change.address.key),
        "action": str(change.action),
        "reason": change.reason,
        "pays": bool(change.count(*PAYING)),
        "runs": sum(len(op.jobs) or 1 for op in change.operations if op.verb in PAYING),
        "cloud": cloud,
        "device": device,
        "device_name": device.rpartition("/")[2] if isinstance(device, str) else None,
        "device_type": device_type(cloud, device),
        "shots": _shots(change, execution),
        "generation": resource.rules.generation if resource else attempt.generation if attempt else None,
        "attempt": next((op.number for op in change.operations if op.number), attempt.number if attempt else None),
        "tags": dict(resource.tags if resource else attempt.tags if attempt else {}),
        "price": _price(change.price),
        "fields": [{"name": f.name, "class": str(f.kind), "before": f.before, "after": f.after} for f in change.fields],
        "execution": execution,
        "simulation": {**NOT_SIMULATED, **simulations.get(change.address, {})},
        "findings": findings.get(text, []),
        "warning": change.warning,
    }


def device_type(cloud: str, device: Any) -> str:
    """QPU, SIMULATOR, or UNKNOWN where the name does not tell: a rule for QPUs should ask for all but simulators."""
    if not isinstance(device, str):
        return "UNKNOWN"
    if "device/quantum-simulator/" in device or is_embedded(device):
        return "SIMULATOR"
    if "device/qpu/" in device:
        return "QPU"
    if cloud == "pasqal" and device.isupper():
        return "SIMULATOR" if device.startswith("EMU") else "QPU"
    return "UNKNOWN"


def _shots(change: Change, execution: Mapping[str, Any]) -> Any:
    """Of a task its shots, of a batch the runs of all jobs that are submitted, else null."""
    jobs = [job for op in change.operations if op.verb in PAYING for job in op.jobs]
    return sum(job.shown.get("runs", 0) for job in jobs) if jobs else execution.get("shots")


def _price(price: Price | None) -> View:
    """Null is unknown, and nothing compares with it: a rule about money then fails, which is meant."""
    if price is None:
        return {"at_least": None, "expected": None, "at_most": None, "currency": "USD"}
    expected = price.expected if price.expected is not None else price.most
    return {"at_least": price.least, "expected": expected, "at_most": price.most, "currency": price.currency}


def costs_of(prices: Iterable[Mapping[str, Any]]) -> dict[str, View]:
    """The sum by currency; with an unknown price the most that it costs is unknown."""
    costs: dict[str, View] = {}
    for price in prices:
        currency = price["currency"]
        cost = costs.setdefault(currency, {**EXAMPLE_COST, "currency": currency})
        cost["at_least"] += price["at_least"] or 0
        if price["at_most"] is None:
            cost["unknown"] += 1
        if cost["unknown"]:
            cost["at_most"] = None
        else:
            cost["at_most"] += price["at_most"]
    return costs


def the_cost(costs: Mapping[str, View]) -> View:
    """The one sum there is; of several currencies there is none, and each is in `plan.costs`."""
    if len(costs) <= 1:
        return next(iter(costs.values()), {**EXAMPLE_COST})
    unknown = sum(cost["unknown"] for cost in costs.values())
    return {"at_least": None, "at_most": None, "currency": None, "unknown": unknown}


def _finding(found: Diagnostic) -> View:
    level = "error" if found.severity is Severity.ERROR else "warning"
    return {"code": found.code, "level": level, "detail": found.detail, "address": found.address}


def unknown_path(path: str) -> tuple[str, list[str]] | None:
    """The first part of `change.a.b` that no change has, with what there is instead; None if all is known."""
    root, *parts = path.split(".")
    here: Any = {"change": EXAMPLE_CHANGE, "plan": EXAMPLE_PLAN}.get(root)
    for part in parts:
        if not isinstance(here, Mapping):
            return None
        if part not in here:
            return part, list(here)
        if part in OPEN:
            return None
        here = here[part]
    return None
