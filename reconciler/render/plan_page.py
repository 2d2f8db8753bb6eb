"""The plan as one page for people who decide: what changes and why, what it costs, what was simulated and found.

It stands alone: no script, nothing fetched; a phone shows it, and a screen reader reads it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from reconciler.core.address import Address
from reconciler.core.change import Action, Change
from reconciler.core.diagnostic import Diagnostic, Severity
from reconciler.core.event import PAYING
from reconciler.core.money import Price, amount
from reconciler.core.plan import Plan
from reconciler.render.change_text import Row, rows, title_of
from reconciler.render.folding import ORDER, Fold, folded
from reconciler.render.html import page, picture
from reconciler.render.job_text import job_lines
from reconciler.render.plan_text import facts
from reconciler.render.simulation_page import trials_of
from reconciler.render.value import value_text

_INKS = {
    Action.CREATE: "new",
    Action.RESOLVE: "new",
    Action.REPLACE: "gone",
    Action.CANCEL: "gone",
    Action.LOST: "change",
    Action.BLOCKED: "change",
    Action.UPDATE: "change",
}
_MOST_COSTS = 200
_WIDEST = 400  # columns of a value


@dataclass(frozen=True, slots=True)
class Pictured:
    """What a plan does not hold: drawings of circuits by address, and facts of devices by their name."""

    circuits: Mapping[Address, str] = field(default_factory=dict)
    devices: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def plan_page(plan: Plan, pictured: Pictured, *, version: str, made: str) -> str:
    """The whole page. `made` is the time at which it is true. Raises NoPages."""
    costs = [_cost(c) for c in plan.changes if c.count(*PAYING)]
    parts = [("findings", "Findings")] if plan.diagnostics else []
    parts += [("changes", "What would change")]
    parts += [("cost", "Cost")] if costs else []
    parts += [("devices", "Devices")] if pictured.devices else []
    rest = len(costs) - _MOST_COSTS
    return page(
        "plan.html",
        version=version,
        title=f"qctl plan: {plan.project}, environment {plan.environment}",
        summary=plan.summary,
        facts=list(_facts(plan)),
        parts=[{"anchor": anchor, "name": name} for anchor, name in parts],
        findings=[_finding(d) for d in plan.diagnostics],
        changes=list(_changes(plan, pictured)),
        costs=costs[:_MOST_COSTS],
        more_costs=f"{rest} more are not listed; they are in the totals." if rest > 0 else "",
        devices=[_device(name, told) for name, told in sorted(pictured.devices.items())],
        notes=plan.notes,
        footer=f"Made by qctl {version} at {made}. Fingerprint of the plan: {plan.fingerprint}",
    )


def _device(name: str, told: Mapping[str, str]) -> dict[str, Any]:
    return {"name": told.get("name", name), "facts": [item for item in told.items() if item[0] != "name"]}


def _facts(plan: Plan) -> Iterator[tuple[str, str]]:
    """What stands below the summary of a plan as text, as pairs where it has a colon."""
    for line in facts(plan):
        name, colon, told = line.strip().partition(": ")
        if colon and line not in plan.notes:
            yield name, told.rstrip(".")
    errors = sum(d.severity is Severity.ERROR for d in plan.diagnostics)
    if plan.diagnostics:
        yield "Findings", f"{errors} errors, {len(plan.diagnostics) - errors} warnings"


def _finding(found: Diagnostic) -> dict[str, str]:
    return {
        "severity": found.severity,
        "code": found.code,
        "summary": found.summary,
        "detail": found.detail,
        "remedy": found.remedy,
        "place": " ".join(filter(None, [str(found.where or ""), found.address])),
        "excerpt": found.excerpt or (found.where.excerpt if found.where else ""),
    }


def _changes(plan: Plan, pictured: Pictured) -> Iterator[dict[str, Any]]:
    shown = sorted((c for c in plan.changes if c.action in ORDER), key=lambda c: ORDER.index(c.action))
    for number, item in enumerate(folded([] if plan.empty else shown)):
        yield {"fold": str(item)} if isinstance(item, Fold) else _change(item, f"change-{number}", pictured)


def _change(change: Change, anchor: str, pictured: Pictured) -> dict[str, Any]:
    circuit = pictured.circuits.get(change.address)
    shown = list(rows(change))
    compared = any(len(values) > 1 for _, values, _ in shown)
    return {
        "fold": "",
        "anchor": anchor,
        "address": str(change.address),
        "action": title_of(change),
        "ink": _INKS.get(change.action, "known"),
        "reason": f"{change.reason[:1].upper()}{change.reason[1:]}.",
        "warning": change.warning,
        "compared": compared,
        "remarked": any(values and remark for _, values, remark in shown),
        "rows": [_row(row, compared) for row in shown],
        "jobs": [line.strip() for line in job_lines(change.jobs, _WIDEST)[1:]],
        "circuit": picture(circuit) if circuit else None,
        "simulations": trials_of(change, anchor),
    }


def _row(row: Row, compared: bool) -> dict[str, Any]:
    name, values, remark = row
    cells = [value_text(value, _WIDEST) for value in values]
    if not cells:  # what is told in words alone
        cells, remark = [remark], ""
    return {"name": name, "cells": cells, "span": 2 if compared and len(cells) == 1 else 1, "remark": remark}


def _cost(change: Change) -> dict[str, str]:
    price = change.price
    return {
        "address": str(change.address),
        "least": _amount(price, None if price is None else price.least),
        "most": _amount(price, None if price is None else price.most),
        "basis": price.basis if price else "",
    }


def _amount(price: Price | None, value: Decimal | None) -> str:
    return "unknown" if price is None or value is None else amount(value, price.currency)
