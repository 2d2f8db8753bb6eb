"""The whole decision: changes in order, what they cost, and one fingerprint that binds an approval to them."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Any

from reconciler.core.address import Address
from reconciler.core.change import Action, Change, FieldChange
from reconciler.core.diagnostic import Diagnostic, Severity, has_errors
from reconciler.core.digest import canonical, sha256
from reconciler.core.event import PAYING, Verb
from reconciler.core.graph import order
from reconciler.core.job_change import job_change_to_json
from reconciler.core.money import Bill, Price, Total, bill, price_to_json, total
from reconciler.core.operation import Operation
from reconciler.core.price_table import PriceList
from reconciler.core.program_set import ProgramSet, saved
from reconciler.core.simulation import simulation_to_json
from reconciler.core.spending import Room

FORMAT_VERSION = 1
REFUSALS = frozenset(
    {
        "policy/denied",
        *("budget/exceeded", "budget/other-currency", "budget/price-unknown", "budget/spent-unknown"),
        *("cost/other-currency", "cost/over-max", "cost/price-unknown"),
        *("limit/exceeded", "limit/price-unknown", "limit/unreadable"),
    }
)
"""Codes of findings by which somebody's rule refuses a plan in which nothing is wrong."""
NO_CHANGES = "No changes. Your infrastructure matches the configuration."


@dataclass(frozen=True, slots=True)
class Plan:
    """Changes sorted by address; `edges` say which address waits for which."""

    project: str
    environment: str
    changes: tuple[Change, ...]
    edges: Mapping[Address, Set[Address]]
    diagnostics: tuple[Diagnostic, ...] = ()
    price_lists: tuple[PriceList, ...] = ()  # by which it is priced
    budget: tuple[Room, ...] = ()  # what the environment's budget has left after it
    notes: tuple[str, ...] = ()  # for people, and true at this time of day only: no part of the machine form

    @property
    def empty(self) -> bool:
        """Whether applying would do nothing at all."""
        return not any(c.changes_anything for c in self.changes)

    @property
    def applicable(self) -> bool:
        """Whether nothing found forbids applying."""
        return not has_errors(self.diagnostics)

    @property
    def refused(self) -> bool:
        """Whether it could be applied but for rules: policies, budgets."""
        errors = [d for d in self.diagnostics if d.severity is Severity.ERROR]
        return bool(errors) and all(d.code in REFUSALS for d in errors)

    def count(self, *actions: Action) -> int:
        """How many changes have one of these actions."""
        return sum(c.action in actions for c in self.changes)

    @property
    def added(self) -> int:
        """Runs that would be submitted."""
        return sum(c.count(Verb.CREATE) for c in self.changes)

    @property
    def changed(self) -> int:
        """Addresses updated in place, with or without a call."""
        return sum(bool(c.count(Verb.TAG, Verb.UPDATE)) or c.action is Action.UPDATE for c in self.changes)

    @property
    def destroyed(self) -> int:
        """Runs that would be cancelled, and lasting objects that would be deleted."""
        return sum(c.count(Verb.CANCEL, Verb.DELETE) for c in self.changes)

    @property
    def summary(self) -> str:
        """The line that people and pull-request tools know."""
        if self.empty:
            return NO_CHANGES
        adopted = self.count(Action.ADOPT)
        head = f"{adopted} to import, " if adopted else ""
        tail = "".join(
            f", {n} {word}"
            for n, word in (
                (self.count(Action.REUSE), "to reuse"),
                (self.count(Action.FORGET), "to forget"),
                (self.count(Action.BLOCKED), "unknown"),
            )
            if n
        )
        return f"Plan: {head}{self.added} to add, {self.changed} to change, {self.destroyed} to destroy{tail}."

    @property
    def cost(self) -> Bill:
        """What the submissions of this plan cost; a repeated doubtful one counts, for it may be the first."""
        return bill(self.prices)

    @property
    def prices(self) -> list[Price | None]:
        """The price of each submission."""
        return [c.price for c in self.changes if c.count(*PAYING)]

    @property
    def already_paid(self) -> int:
        """Declared runs that are accepted and not run again."""
        return sum(
            c.declared and c.attempt is not None and c.attempt.counts_as_paid and not c.lasting and not c.count(*PAYING)
            for c in self.changes
        )

    @property
    def program_sets(self) -> list[ProgramSet]:
        """What of this plan is submitted as one task for several runs."""
        return [op.submits for c in self.changes for op in c.operations if op.submits is not None]

    @property
    def fingerprint(self) -> str:
        """The same for the same decisions, whatever the order of documents or the progress of running work."""
        return sha256(canonical([_decision(c) for c in self.changes if c.changes_anything]))

    def operations(self) -> list[Operation]:
        """Every call in an order that respects the edges: what is gone first, then each before its dependents."""
        by_address = {c.address: c.operations for c in self.changes}
        gone = [a for a in by_address if a not in self.edges]
        ordered = [*reversed(gone), *(a for a in order(self.edges) if a in by_address)]
        return [op for address in ordered for op in by_address[address]]


def _decision(change: Change) -> list[Any]:
    calls = [[op.verb, op.token, op.id, dict(op.put), list(op.drop), _request(op)] for op in change.operations]
    for call, op in zip(calls, change.operations, strict=True):
        if op.submits is not None:
            call.append(op.submits.token)
        if op.settings:
            call.append(dict(op.settings))
        call.extend([job.digest for job in op.jobs] if op.verb in PAYING else [job.id for job in op.jobs])
    decision: list[Any] = [str(change.address), change.action, calls, change.managed, change.removal]
    if change.count(*PAYING) and change.price is not None:  # what it costs is approved with it
        least, most = change.price.least, change.price.most
        decision.append([str(least), str(most), change.price.currency])
    return [*decision, change.moved] if change.moved else decision


def _request(op: Operation) -> list[Any]:
    """What a create asks for beside its token: approved with the rest, though no part of the run's identity."""
    if op.resource is None:
        return []
    resource = op.resource
    request: list[Any] = [dict(resource.tags), dict(resource.delivery), resource.rules.on_remove]
    return request if resource.settings is None else [*request, dict(resource.settings)]


def plan_to_json(plan: Plan) -> dict[str, Any]:
    """The machine form. Nothing in it depends on the time of day."""
    return {
        "format_version": FORMAT_VERSION,
        "project": plan.project,
        "environment": plan.environment,
        "summary": plan.summary,
        "fingerprint": plan.fingerprint,
        "counts": {
            "import": plan.count(Action.ADOPT),
            "add": plan.added,
            "change": plan.changed,
            "destroy": plan.destroyed,
            "reuse": plan.count(Action.REUSE),
            "forget": plan.count(Action.FORGET),
            "unknown": plan.count(Action.BLOCKED),
            "already_paid": plan.already_paid,
            **_sets(plan),
        },
        "cost": _cost(plan),
        "changes": [_change(c) for c in plan.changes],
        "diagnostics": [diagnostic_to_json(d) for d in plan.diagnostics],
    }


def _sets(plan: Plan) -> dict[str, int]:
    made = plan.program_sets
    return {"program_sets": len(made), "runs_in_program_sets": sum(len(m.members) for m in made)} if made else {}


def _cost(plan: Plan) -> dict[str, Any]:
    """The sum in the first currency, in which what is in another one is unknown; then each by itself."""
    cost, less = plan.cost, saved(plan.program_sets)
    first = total(plan.prices, cost.totals[0].currency)
    return {
        **_total(first, "now", "at_most"),
        **({"saved_by_program_sets": str(less)} if less else {}),
        **({"budget": [_room(room) for room in plan.budget]} if plan.budget else {}),
        "currencies": [_total(one, "least", "most") for one in cost.totals],
        "price_lists": [
            {"name": t.name, "published": t.published, "origin": t.origin, "digest": t.digest} for t in plan.price_lists
        ],
    }


def _total(one: Total, least: str, most: str) -> dict[str, Any]:
    return {
        "currency": one.currency,
        least: str(one.least),
        "expected": None if one.expected is None else str(one.expected),
        most: None if one.unknown else str(one.most),
        "unknown": one.unknown,
    }


def _room(room: Room) -> dict[str, str]:
    sums = {"max": room.most.value, "spent": room.spent, "planned": room.planned, "left": room.left}
    return {"currency": room.most.currency} | {name: str(value) for name, value in sums.items()}


def _change(change: Change) -> dict[str, Any]:
    data: dict[str, Any] = {
        "address": str(change.address),
        "action": change.action,
        "reason": change.reason,
        "fields": [_field(f) for f in change.fields],
        "operations": [_operation(op) for op in change.operations],
    }
    if change.jobs:
        data["jobs"] = [job_change_to_json(c) for c in change.jobs]
    if change.attempt is not None:
        data["run"] = {"id": change.attempt.id, "status": change.attempt.status, "phase": change.attempt.phase}
        if change.attempt.shared:
            data["run"]["environment"] = change.attempt.shared
    if change.price is not None:
        data["price"] = price_to_json(change.price)
    if change.simulations:
        data["simulations"] = [simulation_to_json(s) for s in change.simulations]
    if change.moved:
        data["moved"] = change.moved
    if change.warning:
        data["warning"] = change.warning
    return data


def _operation(op: Operation) -> dict[str, Any]:
    data: dict[str, Any] = {"verb": op.verb, "token": op.token, "id": op.id}
    if op.submits is not None:
        data["submits"] = [str(member.address) for member in op.submits.members]
    if op.led_by is not None:
        data["submitted_by"] = str(op.led_by)
    return data


def _field(change: FieldChange) -> dict[str, Any]:
    return {"name": change.name, "class": change.kind, "before": change.before, "after": change.after}


def diagnostic_to_json(found: Diagnostic) -> dict[str, Any]:
    """One finding as plain data; `location` is null when it has no place."""
    place = found.where
    return {
        "code": found.code,
        "severity": found.severity,
        "summary": found.summary,
        "detail": found.detail,
        "remedy": found.remedy,
        "address": found.address,
        "location": None if place is None else {"file": place.file, "line": place.line, "column": place.column},
    }
