"""Prices as they stand on record: plain texts by name, without what is unknown."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from reconciler.core.money import DOLLARS, Price, price_to_json

Estimate = Mapping[str, str]


def estimate_of(price: Price | None) -> Estimate:
    """The same for the record, without what is unknown; empty when nothing is known."""
    if price is None:
        return {}
    return {name: text for name, text in price_to_json(price).items() if text is not None}


def price_of_estimate(estimate: Estimate) -> Price | None:
    """The price back. Raises ValueError on what is no estimate."""
    if not estimate:
        return None
    try:
        bounds = {name: Decimal(estimate[name]) for name in ("least", "most", "expected") if name in estimate}
    except ArithmeticError as error:
        raise ValueError("an estimate on record is no number") from error
    least, most, expected = bounds.get("least"), bounds.get("most"), bounds.get("expected")
    return Price(least, most, estimate.get("basis", ""), estimate.get("currency", DOLLARS), expected)


def added(first: Price | None, more: Price | None) -> Price | None:
    """Two parts of one run: unknown, or of two currencies, is unknown."""
    if first is None or more is None or first.currency != more.currency:
        return None
    least, most, expected = (
        _sum(*pair) for pair in ((first.least, more.least), (first.most, more.most), (first.likely, more.likely))
    )
    return Price(least, most, first.basis, first.currency, expected)


def _sum(first: Decimal | None, more: Decimal | None) -> Decimal | None:
    return None if first is None or more is None else first + more


def counted(estimate: Estimate, more: Estimate) -> Estimate:
    """The record of both parts; empty when it can't be told any more."""
    return estimate_of(added(price_of_estimate(estimate), price_of_estimate(more)))
