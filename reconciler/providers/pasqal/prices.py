"""What work on Pasqal costs by a price table: an hour of a QPU or of an emulator, or a shot."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from reconciler.core.job import Job
from reconciler.core.money import Price
from reconciler.core.price_table import PRICE, PriceTable, Row

_HOUR = Decimal(3600)


@dataclass(frozen=True, slots=True)
class PasqalPrices:
    """Prices by one table. A contract has its own: the project's table wins over the shipped one."""

    table: PriceTable

    def batch(self, device: str, jobs: Iterable[Job]) -> Price:
        """These jobs on a type of device."""
        row = self._row(device)
        if row is None:
            return Price(None, None, f"by contract: {self.table} has no {device}")
        runs = [int(job.shown["runs"]) for job in jobs]
        price, currency, unit = Decimal(row[PRICE]), row["Currency"], row["Unit"]
        by = f"by {self.table}, which your contract may change"
        if unit == "shots":
            cost = price * sum(runs)
            return Price(cost, cost, f"{price} a shot, {by}", currency)
        seconds = _seconds(row)
        if seconds is not None:
            cost = _rounded(price * seconds * sum(runs) / _HOUR)
            return Price(cost, cost, f"{price} an hour at {seconds} s a shot, {by}", currency)
        return Price(None, None, f"{price} an hour, {by}; how long it takes is not known", currency)

    def by_shot(self, device: str) -> bool:
        """Whether it is charged by the shot, so that time does not matter."""
        row = self._row(device)
        return row is not None and row["Unit"] == "shots"

    def hours(self, device: str, seconds: Decimal) -> Price | None:
        """What so much time cost."""
        row = self._row(device)
        if row is None:
            return None
        cost = _rounded(Decimal(row[PRICE]) * seconds / _HOUR)
        return Price(cost, cost, f"{seconds} s by the times of its jobs, by {self.table}", row["Currency"])

    def workload(self, backend: str) -> Price:
        """A workload: how long it takes is never known before."""
        row = self._row(backend)
        if row is None:
            return Price(None, None, f"by contract: {self.table} has no {backend[:40]}")
        told = f"{row[PRICE]} a {row['Unit'].removesuffix('s')}, by {self.table}"
        return Price(None, None, f"{told}; how much of it is used is not known", row["Currency"])

    def _row(self, device: str) -> Row | None:
        rows = [row for row in self.table.find(DeviceName=device) if row["Unit"] in {"hours", "shots"}]
        return rows[0] if len(rows) == 1 else None  # several: nobody knows which holds


def _seconds(row: Row) -> Decimal | None:
    try:
        seconds = Decimal(row["SecondsPerShot"])
    except InvalidOperation:
        return None
    return seconds if seconds.is_finite() and seconds > 0 else None


def _rounded(value: Decimal) -> Decimal:
    """To a ten-thousandth: a third of an euro has no end."""
    return value.quantize(Decimal("0.0001"))
