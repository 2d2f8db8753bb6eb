"""Estimates beside actual costs, and price tables, for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reconciler.core.expense import Sum
from reconciler.core.money import amount
from reconciler.core.price_table import PRICE, PriceTable, Row
from reconciler.core.spending import Spent
from reconciler.render.table import table
from reconciler.render.visible import visible

_NONE = "-"


def expense_text(rows: Sequence[Sum], total: Sum, head: str, *, width: int = 100, colour: bool = False) -> str:
    """A line for each sum, then all of them together."""
    if not total.runs:
        return "Nothing was submitted yet."
    lines = [_line(row) for row in rows]
    drawn = table(
        (head, "RUNS", "ESTIMATED AT MOST", "ACTUAL", "ACTUAL AGAINST ESTIMATE"), lines, width=width, colour=colour
    )
    parts = [f"Estimated at most: {_sum(total.estimated)}.", f"Actual: {_sum(total.actual)}."]
    if total.running:
        parts.append(f"Not over yet: {total.running}.")
    return f"{drawn}\n\n" + visible(" ".join(parts))


def _line(row: Sum) -> list[str]:
    runs = f"{row.runs}, {row.running} not over" if row.running else str(row.runs)
    over = row.runs > row.running
    return [row.key, runs, _sum(row.estimated), _sum(row.actual) if over else _NONE, _compared(row)]


def _sum(spent: Spent) -> str:
    known = [amount(value, currency) for currency, value in sorted(spent.known.items())]
    if spent.unknown:
        known.append(f"{spent.unknown} unknown")
    return ", ".join(known) or "0.00"


def _compared(row: Sum) -> str:
    """`1.75 of 1.75 USD`, of the runs whose end is known."""
    if row.compared.unknown or not (row.compared.known or row.actual.known):
        return _NONE
    currencies = sorted({*row.compared.known, *row.actual.known})
    return ", ".join(f"{amount(row.actual.of(c), '').strip()} of {amount(row.compared.of(c), c)}" for c in currencies)


def tables_text(
    tables: Sequence[PriceTable], standing: Mapping[str, str], *, width: int = 100, colour: bool = False
) -> str:
    """Each table with its date, where it is from, and its rows."""
    return "\n\n".join(_table(one, standing, width, colour) for one in tables)


def _table(one: PriceTable, standing: Mapping[str, str], width: int, colour: bool) -> str:
    lines = [f"{one.name}: as of {one.published}, {one.origin}", f"digest: {one.digest}"]
    lines += [one.note] if one.note else []
    head = ("WHAT", "WHERE", "PRICE", "UNIT", "DEVICE", "SOURCE")
    rows = sorted({_row(row, standing) for row in one.rows})
    return "\n".join([*map(visible, lines), "", table(head, rows, width=width, colour=colour)])


def _row(row: Row, standing: Mapping[str, str]) -> tuple[str, ...]:
    name = row.get("DeviceName") or row.get("Device Name") or row.get("Version") or row.get("usageType") or _NONE
    family = row.get("Product Family", "")
    unit = (row.get("Unit") or _NONE).removesuffix("s")
    seconds = row.get("SecondsPerShot")
    price = f"{row[PRICE]} {row.get('Currency', '')}" + (f" at {seconds} s a shot" if seconds else "")
    source = ", ".join(filter(None, (row.get("Source"), row.get("As Of")))) or _NONE
    known = standing.get(name.lower(), _NONE)
    where = row.get("Region Code") or _NONE
    return (f"{name} ({family})" if family else name, where, price, unit, known, source)
