"""What an environment has spent by its own record: actual costs where they are known, else the most estimated."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from reconciler.core.attempt import Attempt, Outcome
from reconciler.core.ceiling import Budget
from reconciler.core.estimate import added, price_of_estimate
from reconciler.core.money import Money, Price, amount

Reckon = Callable[[str, Attempt], Price | None]


@dataclass(frozen=True, slots=True)
class Spent:
    """Sums by currency; `unknown` runs cost nobody knows how much."""

    known: Mapping[str, Decimal] = field(default_factory=dict)
    unknown: int = 0

    def plus(self, price: Price | None) -> Spent:
        """With one more at its most."""
        if price is None or price.most is None:
            return Spent(self.known, self.unknown + 1)
        if not price.most:
            return self
        sums = {**self.known, price.currency: self.of(price.currency) + price.most}
        return Spent(sums, self.unknown)

    def of(self, currency: str) -> Decimal:
        """The sum in one currency."""
        return self.known.get(currency, Decimal(0))


def spent(attempts: Iterable[tuple[str, Attempt]], cost: Reckon) -> Spent:
    """What these attempts cost; `cost` tells of one."""
    total = Spent()
    for address, attempt in attempts:
        total = total.plus(cost(address, attempt))
    return total


def cost_on_record(attempt: Attempt) -> Price | None:
    """What is on record of its cost: nothing at all is None, not zero. A doubtful one may exist, so it counts."""
    if attempt.settings or attempt.shared or attempt.outcome is Outcome.REFUSED:
        return Price(Decimal(0), Decimal(0), "nothing was submitted here")
    if attempt.actual:
        return price_of_estimate(attempt.actual)
    price = price_of_estimate(attempt.estimate)
    if attempt.adding is None or not attempt.adding.estimate:
        return price
    return added(price, price_of_estimate(attempt.adding.estimate))


@dataclass(frozen=True, slots=True)
class Room:
    """One amount of a budget: what is spent of it, and what a plan would spend at most."""

    most: Money
    spent: Decimal
    planned: Decimal

    @property
    def left(self) -> Decimal:
        """What remains after that."""
        return self.most.value - self.spent - self.planned

    def __str__(self) -> str:
        currency = self.most.currency
        over = f"{amount(-self.left, currency)} over it" if self.left < 0 else f"{amount(self.left, currency)} left"
        before = f"{amount(self.spent, currency)} of {self.most} spent before"
        return f"Budget: {before}, at most {amount(self.planned, currency)} now, {over}."


def rooms(budget: Budget, before: Spent, planned: Spent) -> tuple[Room, ...]:
    """Each amount of the budget with what goes off it."""
    return tuple(Room(most, before.of(most.currency), planned.of(most.currency)) for most in budget.most)
