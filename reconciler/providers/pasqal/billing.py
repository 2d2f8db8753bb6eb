"""What batches cost in the end. The API tells no credits: a price by the shot is exact, one by the hour is by times."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from reconciler.core.attempt import Attempt
from reconciler.core.estimate import price_of_estimate
from reconciler.core.money import Price
from reconciler.core.phase import ENDS, Phase
from reconciler.providers.pasqal.answers import Item
from reconciler.providers.pasqal.client import PasqalClient
from reconciler.providers.pasqal.job_reading import items_of
from reconciler.providers.pasqal.prices import PasqalPrices
from reconciler.providers.price_lists import PriceLists


@dataclass(frozen=True, slots=True)
class Billing:
    """Costs on record and after the fact."""

    client: PasqalClient
    lists: PriceLists

    def reckon(self, kind: str, attempt: Attempt) -> Price | None:
        """By the table, from what is on record of the run."""
        prices = PasqalPrices(self.lists.pasqal)
        if kind == "Workload":
            return prices.workload(str(attempt.execution.get("backend", "")))
        ours = [job for job in attempt.jobs if not job.foreign]
        if kind != "Batch" or "device" not in attempt.execution or not all("runs" in job.shown for job in ours):
            return None
        return prices.batch(str(attempt.execution["device"]), ours)

    def billed(self, kind: str, attempt: Attempt) -> Price | None:
        """Of a batch that ended. What a failed or cancelled job cost is not told. Raises CloudUnavailable."""
        if kind != "Batch" or attempt.phase not in ENDS or not attempt.id:
            return None
        estimate = price_of_estimate(attempt.estimate)
        if estimate is not None and estimate.most == 0:
            return estimate
        ours = [job for job in attempt.jobs if not job.foreign]
        if not ours or any(job.phase is not Phase.DONE or "runs" not in job.shown for job in ours):
            return None
        prices, device = PasqalPrices(self.lists.pasqal), str(attempt.execution.get("device", ""))
        if prices.by_shot(device):
            return prices.batch(device, ours)
        wanted = {job.id for job in ours}
        seconds = _seconds(item for item in items_of(self.client, attempt) if item["id"] in wanted)
        return None if seconds is None else prices.hours(device, seconds)


def _seconds(items: Iterable[Item]) -> Decimal | None:
    """The time that these jobs took together, None unless each says it."""
    total = Decimal(0)
    for item in items:
        start, end = _moment(item, "start"), _moment(item, "end")
        if start is None or end is None or end < start:
            return None
        total += Decimal(str((end - start).total_seconds()))
    return total


def _moment(item: Item, name: str) -> datetime | None:
    told: Any = item.get(f"{name}_timestamp") or item.get(f"{name}_datetime")
    try:
        return datetime.fromisoformat(str(told)) if told else None
    except ValueError:
        return None
