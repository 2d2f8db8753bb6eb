"""Price tables: what is read, and what is no table."""

from __future__ import annotations

from decimal import Decimal

import pytest

from reconciler.core.price_table import InvalidPriceTable, PriceTable, parse_table

COLUMNS = {"Shop": ("Thing", "PricePerUnit", "Currency")}
HEAD = '"FormatVersion","v1.0"\n"Disclaimer","None"\n"Publication Date","2026-07-23T00:00:00Z"\n"Version","1"\n'
ROWS = '"a","0.30","USD"\n"b","1E-3","EUR"\n"b","0.001","EUR"\n'
TEXT = f'{HEAD}"OfferCode","Shop"\n"Thing","PricePerUnit","Currency"\n{ROWS}'


def _table(text: str = TEXT) -> PriceTable:
    return parse_table(text, "here", COLUMNS)


def test_a_table() -> None:
    table = _table()
    assert (table.name, table.published, table.origin, table.note) == ("Shop", "2026-07-23", "here", "None")
    assert [row["Thing"] for row in table.rows] == ["a", "b", "b"]
    assert str(table) == "the price list of 2026-07-23"


def test_a_mark_of_order_and_windows_line_ends_change_nothing_but_the_digest() -> None:
    other = _table("\ufeff" + TEXT.replace("\n", "\r\n"))
    assert other.rows == _table().rows
    assert other.digest != _table().digest


def test_equal_prices_are_one_and_different_ones_none() -> None:
    table = _table()
    assert table.only_price(table.find(Thing="b")) == Decimal("0.001")
    assert table.only_price(table.find(Currency="EUR")) == Decimal("0.001")
    assert table.only_price(table.find(Thing="c")) is None
    assert table.only_price(iter(table.rows)) is None


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('"OfferCode","Shop"', '"OfferCode","Other"', "no OfferCode"),
        ('"OfferCode","Shop"\n', "", "no OfferCode"),
        ('"2026-07-23T00:00:00Z"', '""', "no Publication Date"),
        ('"PricePerUnit"', '"Price"', "no column PricePerUnit"),
        ("0.30", "-0.30", "line 7: PricePerUnit is '-0.30'"),
        ("1E-3", "NaN", "line 8"),
        ("1E-3", "Infinity", "line 8"),
        ("1E-3", "a lot", "line 8"),
        ('"1E-3",', "", "line 8"),
        ("1E-3", "1" * 200_000, "no CSV"),
    ],
)
def test_no_table(old: str, new: str, why: str) -> None:
    assert old in TEXT
    with pytest.raises(InvalidPriceTable, match=why):
        _table(TEXT.replace(old, new))


@pytest.mark.parametrize("text", ["", "\0", "a,b", HEAD, TEXT.partition('"a"')[0]])
def test_other_texts(text: str) -> None:
    with pytest.raises(InvalidPriceTable):
        _table(text)
