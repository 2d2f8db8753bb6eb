"""Prices: unknown is not zero, and the text says so."""

from __future__ import annotations

from decimal import Decimal

import pytest

from reconciler.core.money import Price, Total, amount, total


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0", "0.00 USD"),
        ("1.3", "1.30 USD"),
        ("100", "100.00 USD"),
        ("1E+3", "1000.00 USD"),
        ("0.00375", "0.00375 USD"),
        ("0.0037500", "0.00375 USD"),
        ("12.345", "12.345 USD"),
    ],
)
def test_an_amount(value: str, text: str) -> None:
    assert amount(Decimal(value), "USD") == text


def _price(least: str | None, most: str | None, currency: str = "USD") -> Price:
    return Price((least and Decimal(least)) or None, (most and Decimal(most)) or None, "test", currency)


def test_known_prices_add_up() -> None:
    found = total([_price("0.30", "0.30"), _price("1.00", "2.00")])
    assert found == Total(Decimal("1.30"), Decimal("2.30"), 0)
    assert str(found) == "Cost: 1.30 USD now, at most 2.30 USD."


@pytest.mark.parametrize("unknown", [None, _price(None, None), _price("1.00", None)])
def test_an_unknown_price_is_not_zero(unknown: Price | None) -> None:
    found = total([_price("0.30", "0.30"), unknown])
    assert found.unknown == 1
    assert str(found).endswith(", 1 price unknown.")


def test_unknown_prices_are_counted() -> None:
    assert str(total([None, None, None])) == "Cost: 0.00 USD now, at most 0.00 USD, 3 prices unknown."


def test_nothing_costs_nothing() -> None:
    assert str(total([])) == "Cost: 0.00 USD now, at most 0.00 USD."


def test_currencies_are_never_mixed() -> None:
    prices = [_price("1", "1"), _price("5", "6", "EUR")]
    assert total(prices) == Total(Decimal(1), Decimal(1), 1)
    assert str(total(prices, "EUR")) == "Cost: 5.00 EUR now, at most 6.00 EUR, 1 price unknown."
