"""What runs were estimated to cost and what they cost: one line for each, added up by address, day or month."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from reconciler.core.money import Price
from reconciler.core.spending import Spent

By = Literal["address", "day", "month"]
_DATES: Mapping[By, int] = {"day": len("2026-11-27"), "month": len("2026-11")}


@dataclass(frozen=True, slots=True)
class Expense:
    """One attempt that exists, or may. `actual` None and not `running`: what it cost is unknown."""

    address: str
    at: str
    running: bool
    estimate: Price | None
    actual: Price | None


@dataclass(frozen=True, slots=True)
class Sum:
    """Several of them. `compared` is what those with a known end were estimated to cost at most."""

    key: str
    runs: int = 0
    running: int = 0
    estimated: Spent = field(default_factory=Spent)
    compared: Spent = field(default_factory=Spent)
    actual: Spent = field(default_factory=Spent)

    def plus(self, expense: Expense) -> Sum:
        """With one more."""
        over = not expense.running
        known = over and expense.actual is not None
        return Sum(
            self.key,
            self.runs + 1,
            self.running + expense.running,
            self.estimated.plus(expense.estimate),
            self.compared.plus(expense.estimate) if known else self.compared,
            self.actual.plus(expense.actual) if over else self.actual,
        )


def sums(expenses: Iterable[Expense], by: By) -> list[Sum]:
    """One for each address, day or month, in their order."""
    found: dict[str, Sum] = {}
    for expense in expenses:
        key = expense.address if by == "address" else expense.at[: _DATES[by]]
        found[key] = found.get(key, Sum(key)).plus(expense)
    return [found[key] for key in sorted(found)]


def whole(expenses: Iterable[Expense]) -> Sum:
    """All of them."""
    total = Sum("total")
    for expense in expenses:
        total = total.plus(expense)
    return total


def sum_to_json(one: Sum) -> dict[str, Any]:
    """Amounts by currency; `unknown` runs are in none of them."""
    return {
        "key": one.key,
        "runs": one.runs,
        "running": one.running,
        "estimated": _spent(one.estimated),
        "actual": _spent(one.actual),
        "estimated_of_actual": _spent(one.compared),
    }


def _spent(spent: Spent) -> dict[str, Any]:
    return {"amounts": {c: str(v) for c, v in sorted(spent.known.items())}, "unknown": spent.unknown}
