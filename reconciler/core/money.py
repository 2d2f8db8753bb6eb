"""What something costs. Unknown is not zero: None is carried to the end and shown as unknown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Price:
    """The least and the most one run may cost, in `currency`; `basis` says where the numbers are from.

    `expected` lies between them where something better than the least is known.
    """

    least: Decimal | None
    most: Decimal | None
    basis: str
    currency: str = "USD"
    expected: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Total:
    """A sum in one currency over what is known; `unknown` runs may cost more than their part of it."""

    least: Decimal
    most: Decimal
    unknown: int
    currency: str = "USD"

    def __str__(self) -> str:
        line = f"Cost: {amount(self.least, self.currency)} now, at most {amount(self.most, self.currency)}"
        if self.unknown == 0:
            return f"{line}."
        return f"{line}, {self.unknown} {'price' if self.unknown == 1 else 'prices'} unknown."


def amount(value: Decimal, currency: str) -> str:
    """At least two decimals and no more than needed: 1.30 USD, 0.00375 USD."""
    places = max(2, -int(value.normalize().as_tuple().exponent))
    return f"{value:.{places}f} {currency}"


def total(prices: Iterable[Price | None], currency: str = "USD") -> Total:
    """The sum over one currency; an absent price is an unknown one."""
    least, most, unknown = Decimal(0), Decimal(0), 0
    for price in prices:
        if price is None or price.currency != currency:
            unknown += 1  # what can't be added up is not nothing
            continue
        least += price.least or Decimal(0)
        most += price.most or price.least or Decimal(0)
        unknown += price.most is None
    return Total(least, most, unknown, currency)
