"""What something costs. Unknown is not zero: None is carried to the end and shown as unknown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Price:
    """The least and the most one run may cost, in `currency`; `basis` says where the numbers are from."""

    least: Decimal | None
    most: Decimal | None
    basis: str
    currency: str = "USD"


@dataclass(frozen=True, slots=True)
class Total:
    """A sum in one currency over the known prices; `unknown` runs had no upper bound."""

    least: Decimal
    most: Decimal
    unknown: int
    currency: str = "USD"

    def __str__(self) -> str:
        if self.unknown == 0:
            return f"Cost: {amount(self.least, self.currency)} now, at most {amount(self.most, self.currency)}."
        prices = "1 price" if self.unknown == 1 else f"{self.unknown} prices"
        return f"Cost: {amount(self.least, self.currency)} now, at most unknown, {prices} unknown."


def amount(value: Decimal, currency: str) -> str:
    """At least two decimals and no more than needed: 1.30 USD, 0.00375 USD."""
    places = max(2, -int(value.normalize().as_tuple().exponent))
    return f"{value:.{places}f} {currency}"


def total(prices: Iterable[Price | None], currency: str = "USD") -> Total:
    """The sum over one currency; an absent price is an unknown one."""
    least, most, unknown = Decimal(0), Decimal(0), 0
    for price in prices:
        if price is not None and price.currency != currency:
            continue
        least += (price.least if price else None) or Decimal(0)
        if price is None or price.most is None:
            unknown += 1
        else:
            most += price.most
    return Total(least, most, unknown, currency)
