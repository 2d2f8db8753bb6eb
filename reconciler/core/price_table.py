"""A price table in the shape of AWS's public price lists: five lines about the list, a header, a row for each price."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import Final

from reconciler.core.digest import sha256

METADATA_LINES: Final = 5
PRICE: Final = "PricePerUnit"
_MOST_ROWS: Final = 200_000
Row = Mapping[str, str]


class InvalidPriceTable(ValueError):  # noqa: N818 - named after the problem
    """A text that is no price table of its name; the message is a sentence for people."""


@dataclass(frozen=True, slots=True)
class PriceList:
    """Which list a plan is priced by, without its rows."""

    name: str
    published: str
    origin: str
    digest: str


@dataclass(frozen=True, slots=True)
class PriceTable:
    """One list. `published` is its own date; `origin` says where it was read; the digest is of its whole text."""

    name: str  # its OfferCode: AmazonBraket, Pasqal
    published: str
    origin: str
    digest: str
    note: str
    rows: tuple[Row, ...]

    def find(self, **wanted: str) -> Iterator[Row]:
        """The rows whose columns (spaces written as _) hold these values."""
        columns = {name.replace("_", " "): value for name, value in wanted.items()}
        return (row for row in self.rows if all(row.get(name) == value for name, value in columns.items()))

    def only_price(self, rows: Iterator[Row]) -> Decimal | None:
        """The price that these rows agree on; None without any, and where they differ: nobody knows which holds."""
        prices = {(Decimal(row[PRICE]), row.get("Currency", "")) for row in rows}
        return next(iter(prices))[0] if len(prices) == 1 else None

    @property
    def named(self) -> PriceList:
        """The same without its rows."""
        return PriceList(self.name, self.published, self.origin, self.digest)

    def __str__(self) -> str:
        return f"the price list of {self.published}"


def parse_table(text: str, origin: str, columns: Mapping[str, Sequence[str]]) -> PriceTable:
    """Read a list; `columns` are what lists of each OfferCode must have. Raises InvalidPriceTable."""
    lines = text.lstrip("\ufeff").splitlines()
    try:
        about = {row[0]: row[1] for row in csv.reader(islice(lines, METADATA_LINES)) if len(row) > 1}
        name = about.get("OfferCode", "")
        if name not in columns:
            known = " and ".join(sorted(columns))
            raise InvalidPriceTable(f"its first five lines name no OfferCode that qctl knows ({known})")
        published = about.get("Publication Date", "")[:10]
        if len(published) != len("2026-07-23"):
            raise InvalidPriceTable("its first five lines have no Publication Date")
        return PriceTable(
            name, published, origin, sha256(text), about.get("Disclaimer", ""), tuple(_rows(lines, columns[name]))
        )
    except csv.Error as error:
        raise InvalidPriceTable(f"it is no CSV: {error}") from error


def _rows(lines: Sequence[str], columns: Sequence[str]) -> Iterator[Row]:
    reader = csv.DictReader(lines[METADATA_LINES:], restkey="", restval="")
    missing = [name for name in columns if name not in (reader.fieldnames or ())]
    if missing:
        raise InvalidPriceTable(f"its header, line 6, has no column {', '.join(missing)}")
    count = 0
    for count, row in enumerate(reader, 1):
        if count > _MOST_ROWS:
            raise InvalidPriceTable(f"it has more than {_MOST_ROWS:,} rows")
        _check_price(row[PRICE], METADATA_LINES + reader.line_num)
        yield {name: value for name, value in row.items() if isinstance(value, str)}
    if not count:
        raise InvalidPriceTable("it has no rows")


def _check_price(text: str, line: int) -> None:
    try:
        price = Decimal(text)
    except InvalidOperation:
        price = Decimal("NaN")
    if not price.is_finite() or price < 0:
        raise InvalidPriceTable(f"line {line}: {PRICE} is {text[:40]!r}, and no price")
