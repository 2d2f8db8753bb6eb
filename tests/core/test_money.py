"""Prices: unknown is not zero, and the text says so."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from reconciler.core.estimate import estimate_of, price_of_estimate
from reconciler.core.money import Money, Price, Total, amount, bill, money, total


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
    low, high = (None if text is None else Decimal(text) for text in (least, most))
    return Price(low, high, "test", currency)


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


@pytest.mark.parametrize(
    ("prices", "said"),
    [
        ([], "Cost: 0.00 USD now, at most 0.00 USD."),
        ([None], "Cost: 0.00 USD now, at most 0.00 USD, 1 price unknown."),
        ([_price("5", "6", "EUR")], "Cost: 5.00 EUR now, at most 6.00 EUR."),
        ([_price("5", "6", "EUR"), None], "Cost: 5.00 EUR now, at most 6.00 EUR, 1 price unknown."),
        ([_price("0", "0"), _price("5", "6", "EUR")], "Cost: 5.00 EUR now, at most 6.00 EUR."),
        ([_price("0", "0")], "Cost: 0.00 USD now, at most 0.00 USD."),
        (
            [_price("5", None, "EUR"), _price("1.30", "1.30"), None, _price("1", "2", "CREDIT")],
            "Cost: 1.30 USD now, at most 1.30 USD; 1.00 CREDIT now, at most 2.00 CREDIT; "
            "5.00 EUR now, at most 5.00 EUR, 2 prices unknown.",
        ),
    ],
)
def test_a_bill(prices: list[Price | None], said: str) -> None:
    assert str(bill(prices)) == said


def test_what_is_expected_is_told_when_it_is_known_of_all_and_more_than_the_least() -> None:
    guessed = Price(Decimal(1), Decimal(9), "", expected=Decimal(4))
    assert bill([guessed, _price("1", "1")]).expected == (Money(Decimal(5)),)
    assert bill([_price("1", "1")]).expected == ()
    assert bill([guessed, _price("1", "9")]).expected == ()
    assert bill([guessed, None]).expected == ()


@pytest.mark.parametrize("text", ["25 USD", "25.00 USD", "0.000001 EUR", "3 CREDIT"])
def test_money(text: str) -> None:
    assert money(str(money(text))) == money(text)


@pytest.mark.parametrize("text", ["", "25", "25USD", "USD 25", "-1 USD", "1e3 USD", "1,5 EUR", "1.0 usd", "NaN USD"])
def test_no_money(text: str) -> None:
    with pytest.raises(ValueError, match="an amount is written like"):
        money(text)


@pytest.mark.parametrize("price", [None, _price("1", "2"), _price("1", None, "EUR"), _price(None, None)])
def test_an_estimate_on_record_is_the_price_again(price: Price | None) -> None:
    again = price_of_estimate(estimate_of(price))
    assert again == (price and replace(price, expected=price.likely))
