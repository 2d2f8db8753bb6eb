"""What work on Amazon Braket costs by a price table: tasks, shots, simulators' minutes, machines of hybrid jobs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from reconciler.core.device_name import is_embedded
from reconciler.core.money import DOLLARS, Price
from reconciler.core.price_table import PriceTable
from reconciler.providers.braket.device import TASK_FEE, Device, region_of

SECONDS_FLOOR: Final = 3  # a simulator's task is billed for so long at least (Tracker in amazon-braket-sdk)
_BY_DEVICE = "by the device's capabilities"
# No month is shorter, so a disk billed by the GB-month costs at most this for its time.
_MONTH_SECONDS: Final = 28 * 86_400


@dataclass(frozen=True, slots=True)
class BraketPrices:
    """Prices by one table; where it lacks a device, by what the device says of itself."""

    table: PriceTable

    def task(self, arn: str, shots: int, region: str, device: Device | None = None) -> Price | None:
        """One task of so many shots, which may be a whole program set. None: nobody says."""
        if ":device/quantum-simulator/" in arn:
            return self._simulator(arn, region, device)
        found = self.shot(arn)
        if found is None:
            return self._stated(device, shots)
        fee, shot = found
        cost = fee + shot * shots
        return Price(cost, cost, f"{fee} a task and {shot} a shot, by {self.table}")

    def shot(self, arn: str) -> tuple[Decimal, Decimal] | None:
        """The fee of a task and the price of a shot on a QPU."""
        where = {"Region_Code": region_of(arn, ""), "Currency": DOLLARS}
        name = _listed(arn)
        # The two spellings are the list's own: tasks of hybrid jobs stand under `Device Name`.
        rows = [row for row in self.table.find(**where) if _same(row["DeviceName"], name)]
        families = ("Quantum Task", "Quantum Task-Shot")
        fee, shot = (self.table.only_price(r for r in rows if r["Product Family"] == f) for f in families)
        return None if fee is None or shot is None else (fee, shot)

    def minute(self, arn: str, region: str) -> Decimal | None:
        """The price of a minute on a simulator."""
        return self.table.only_price(
            self.table.find(
                Region_Code=region,
                Version=arn.rpartition("/")[2].upper(),
                Product_Family="Simulator Task",
                operation="CompleteTask",
                Unit="minutes",
                Currency=DOLLARS,
            )
        )

    def duration(self, arn: str, region: str, seconds: Decimal) -> Decimal | None:
        """What a simulator's task of that length was billed."""
        minute = self.minute(arn, region)
        return None if minute is None else minute * max(seconds, Decimal(SECONDS_FLOOR)) / 60

    def job(self, execution: Mapping[str, Any], region: str) -> Price:
        """A hybrid job: its machines until the time when it is stopped, and its tasks where that is nothing."""
        instance, seconds = execution["instance"], int(execution["maxRuntime"])
        kind, count = str(instance["type"]), int(instance["count"])
        minute, month = self.machine(kind, region), self._volume(region)
        if minute is None:
            return Price(None, None, f"{self.table} has no {kind} in {region}")
        machines = minute * count * -(-seconds // 60)
        told = f"{kind}: {minute} a minute, for at most {seconds} s"
        if month is None:
            return Price(None, None, f"{told}; {self.table} has no price for its disk")
        disk = month * int(instance["volume"]) * count * seconds / _MONTH_SECONDS
        if not is_embedded(str(execution["device"])) and "reservation" not in execution:
            return Price(None, None, f"{told}; what its tasks on the device cost is not known")
        return Price(None, machines + disk, f"{told}, and {month} a GB-month of disk, by {self.table}")

    def job_ended(self, execution: Mapping[str, Any], region: str, seconds: Decimal) -> Price | None:
        """What the machines of a job and their disk cost for that time."""
        instance = execution["instance"]
        kind, count = str(instance["type"]), int(instance["count"])
        minute, month = self.machine(kind, region), self._volume(region)
        if minute is None or month is None:
            return None
        disk = month * int(instance["volume"]) * count * seconds / _MONTH_SECONDS
        cost = minute * count * seconds / 60 + disk
        return Price(cost, cost, f"{seconds} s by its record, by {self.table}")

    def machine(self, kind: str, region: str) -> Decimal | None:
        """The price of a minute of this type of instance."""
        # Which column names the type is not published, so whichever holds it counts.
        named = re.compile(rf"(?<![\w.]){re.escape(kind)}(?![\w.])")
        rows = self.table.find(Region_Code=region, Product_Family="Braket Managed Jobs Instance", Currency=DOLLARS)
        return self.table.only_price(row for row in rows if any(named.search(v) for v in row.values()))

    def _volume(self, region: str) -> Decimal | None:
        rows = self.table.find(Region_Code=region, Product_Family="Braket Managed Jobs Volume", Currency=DOLLARS)
        return self.table.only_price(rows)

    def _simulator(self, arn: str, region: str, device: Device | None) -> Price | None:
        minute = self.minute(arn, region)
        if minute is None:
            return self._stated(device, 0)
        # Its time can't be known before; only the least that is billed.
        least = minute * SECONDS_FLOOR / 60
        return Price(least, None, f"{minute} a minute, at least {SECONDS_FLOOR} s, by {self.table}")

    def _stated(self, device: Device | None, shots: int) -> Price | None:
        """By the device's own word, which AWS calls not authoritative for billing."""
        stated = device.unit_price if device is not None else None
        if stated is None:
            return None
        price, unit = stated
        lacking = f"{_BY_DEVICE}: {self.table} lacks it"
        if unit == "shot":
            cost = TASK_FEE + price * shots
            return Price(cost, cost, f"{TASK_FEE} a task and {price} a shot, {lacking}")
        if unit == "minute":
            return Price(price * SECONDS_FLOOR / 60, None, f"{price} a minute, at least {SECONDS_FLOOR} s, {lacking}")
        return None


def _listed(arn: str) -> str:
    """A device as the list names it, near enough: it writes IBEX-Q1 for Ibex-Q1, and names families of D-Wave."""
    return arn.rpartition("/")[2]


def _same(listed: str, name: str) -> bool:
    return bool(listed) and listed.replace(" ", "-").lower() == name.replace(" ", "-").lower()
