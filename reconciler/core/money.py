"""What something costs. Unknown is not zero: None is carried to the end and shown as unknown."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

DOLLARS: Final = "USD"
_MONEY = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,6})?) ([A-Z]{3,8})")


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in one currency, as manifests write it: `25.00 USD`."""

    value: Decimal
    currency: str = DOLLARS

    def __str__(self) -> str:
        return amount(self.value, self.currency)


def money(text: str) -> Money:
    """Read `25.00 USD`. Raises ValueError."""
    found = _MONEY.fullmatch(text)
    if found is None:
        raise ValueError('an amount is written like "25.00 USD": a number, a space, a currency')
    return Money(Decimal(found.group(1)), found.group(2))


def check_money(text: str) -> str:
    """The text, if it is an amount. Raises ValueError."""
    money(text)
    return text


@dataclass(frozen=True, slots=True)
class Price:
    """The least and the most one run may cost, in `currency`; `basis` says where the numbers are from.

    `expected` lies between them where something better than the least is known.
    """

    least: Decimal | None
    most: Decimal | None
    basis: str
    currency: str = DOLLARS
    expected: Decimal | None = None

    @property
    def likely(self) -> Decimal | None:
        """What it will cost as far as anybody can say."""
        if self.expected is not None:
            return self.expected
        return self.least if self.least == self.most else None


def price_to_json(price: Price) -> dict[str, str | None]:
    """A plain object; what is unknown is null."""
    bounds = {"least": price.least, "expected": price.likely, "most": price.most}
    texts = {name: None if value is None else str(value) for name, value in bounds.items()}
    return {**texts, "currency": price.currency, "basis": price.basis}


@dataclass(frozen=True, slots=True)
class Total:
    """A sum in one currency over what is known; `unknown` runs may cost more than their part of it.

    `expected` is None as soon as it is unknown of one of them.
    """

    least: Decimal
    most: Decimal
    unknown: int
    currency: str = DOLLARS
    expected: Decimal | None = None

    def __str__(self) -> str:
        return f"Cost: {self.bounds}{_unknown(self.unknown)}."

    @property
    def bounds(self) -> str:
        """`1.30 USD now, at most 2.30 USD`."""
        return f"{amount(self.least, self.currency)} now, at most {amount(self.most, self.currency)}"


@dataclass(frozen=True, slots=True)
class Bill:
    """A sum for each currency, USD first, never added up. `nameless`: prices of which not even that is known."""

    totals: tuple[Total, ...]
    nameless: int = 0

    @property
    def unknown(self) -> int:
        """How many prices have no upper bound."""
        return self.nameless + sum(total.unknown for total in self.totals)

    @property
    def expected(self) -> tuple[Money, ...]:
        """What it will come to, where that is known and more than the least."""
        known = [Money(t.expected, t.currency) for t in self.totals if t.expected is not None]
        telling = any(t.expected not in (None, t.least) for t in self.totals)
        return tuple(known) if telling and len(known) == len(self.totals) and not self.nameless else ()

    def __str__(self) -> str:
        return f"Cost: {'; '.join(total.bounds for total in self.totals)}{_unknown(self.unknown)}."


def _unknown(count: int) -> str:
    return f", {count} {'price' if count == 1 else 'prices'} unknown" if count else ""


def amount(value: Decimal, currency: str) -> str:
    """At least two decimals and no more than needed: 1.30 USD, 0.00375 USD."""
    places = max(2, -int(value.normalize().as_tuple().exponent))
    return f"{value:.{places}f} {currency}"


def total(prices: Iterable[Price | None], currency: str = DOLLARS) -> Total:
    """The sum over one currency; an absent price is an unknown one."""
    least, most, unknown = Decimal(0), Decimal(0), 0
    expected: Decimal | None = Decimal(0)
    for price in prices:
        if price is None or price.currency != currency:
            unknown, expected = unknown + 1, None  # what can't be added up is not nothing
            continue
        least += price.least or Decimal(0)
        most += price.most or price.least or Decimal(0)
        unknown += price.most is None
        expected = None if expected is None or price.likely is None else expected + price.likely
    return Total(least, most, unknown, currency, expected)


def bill(prices: Iterable[Price | None]) -> Bill:
    """The sums. What is free is free in every currency, so it makes none of its own."""
    given = list(prices)
    known = [price for price in given if price is not None]
    charged = sorted({p.currency for p in known if p.most != 0} or {p.currency for p in known} or {DOLLARS})
    ordered = sorted(charged, key=lambda currency: currency != DOLLARS)
    totals = tuple(total([p for p in known if p.currency == currency], currency) for currency in ordered)
    return Bill(totals, len(given) - len(known))
