"""What work may cost at most: of one resource, and of all that an environment of a project ever submits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from reconciler.core.diagnostic import Location
from reconciler.core.money import DOLLARS, Money, Price, money


@dataclass(frozen=True, slots=True)
class Ceiling:
    """Of one run. `assume`: what it is taken to cost at most where nobody knows."""

    most: Money | None = None
    assume: Money | None = None


@dataclass(frozen=True, slots=True)
class Budget:
    """Of an environment: one amount for each currency that it may spend. `assume` as above, for each run."""

    most: tuple[Money, ...]
    assume: Money | None = None
    where: Location | None = None

    def of(self, currency: str) -> Money | None:
        """The amount in that currency, None where there is none: then nothing may be spent in it."""
        return next((given for given in self.most if given.currency == currency), None)


def ceiling(most: str | None, assume: str | None) -> Ceiling | None:
    """From the texts of a manifest, which are checked."""
    if most is None and assume is None:
        return None
    return Ceiling(money(most) if most else None, money(assume) if assume else None)


def budget(most: str | Sequence[str], assume: str | None, where: Location | None = None) -> Budget:
    """The same for a project."""
    texts = [most] if isinstance(most, str) else most
    return Budget(tuple(map(money, texts)), money(assume) if assume else None, where)


def assumed(price: Price | None, assume: Money | None, word: str) -> Price | None:
    """The price with an upper bound that the manifest states, if nobody knows one; never below what is known.

    An assumption in another currency than the price says nothing of it.
    """
    if assume is None or (price is not None and price.most is not None):
        return price
    told = f"at most {assume} by the manifest's {word}"
    if price is None:
        return Price(None, assume.value, told, assume.currency)
    named = price.least is not None or price.currency != DOLLARS  # else it stands for a currency that nobody knows
    if named and price.currency != assume.currency:
        return price
    most = max(assume.value, price.least or Decimal(0))
    return replace(price, most=most, currency=assume.currency, basis=f"{price.basis}; {told}")
