"""What runs on Braket cost in the end, as far as Braket tells: by the arithmetic of its own SDK's Tracker."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from reconciler.core.attempt import Attempt
from reconciler.core.device_name import is_embedded
from reconciler.core.estimate import price_of_estimate
from reconciler.core.money import Price
from reconciler.core.phase import ENDS, Phase
from reconciler.providers.braket.client import BraketClient
from reconciler.providers.braket.device import region_of
from reconciler.providers.braket.job_reading import get_job
from reconciler.providers.braket.prices import BraketPrices
from reconciler.providers.kind import ResultFile, ResultMissing
from reconciler.providers.price_lists import PriceLists

_TASK: Final = "QuantumTask"
_UNCHARGED = "a task that failed or was cancelled is not charged, by Amazon's own tracker"


@dataclass(frozen=True, slots=True)
class Billing:
    """Costs on record and after the fact. `results` reads the result files of a task."""

    client: BraketClient
    lists: PriceLists
    results: Callable[[Attempt], Any]

    def reckon(self, kind: str, attempt: Attempt) -> Price | None:
        """By the table, from what is on record of the run."""
        prices = BraketPrices(self.lists.braket)
        execution, region = attempt.execution, attempt.place.region
        if kind == "HybridJob":
            return prices.job(execution, region) if {"instance", "maxRuntime", "device"} <= execution.keys() else None
        if kind != _TASK or not {"device", "shots"} <= execution.keys():
            return None
        arn, shots = str(execution["device"]), int(execution["shots"])
        price = prices.task(arn, shots, region_of(arn, region))
        fee = prices.shot(arn)
        if price is None or fee is None or not (attempt.group and attempt.member):
            return price
        return replace(price, least=shots * fee[1], most=shots * fee[1])  # the first of a set pays the fee

    def billed(self, kind: str, attempt: Attempt) -> Price | None:
        """Of an attempt that ended. Raises CloudUnavailable."""
        if attempt.phase not in ENDS or not attempt.id:
            return None
        if kind == "HybridJob":
            return self._job(attempt)
        if kind != _TASK:
            return None
        if attempt.phase is not Phase.DONE:
            return Price(Decimal(0), Decimal(0), _UNCHARGED)
        if ":device/quantum-simulator/" in str(attempt.execution.get("device", "")):
            return self._simulated(attempt)
        price = price_of_estimate(attempt.estimate) or self.reckon(kind, attempt)
        return price if price is not None and price.least == price.most else None

    def _simulated(self, attempt: Attempt) -> Price | None:
        """By the duration that its results state."""
        try:
            files: list[ResultFile] = list(self.results(attempt))
            told = json.loads(files[0].data)["additionalMetadata"]["simulatorMetadata"]["executionDuration"]
            seconds = Decimal(int(told)) / 1000
        except (ResultMissing, ValueError, KeyError, TypeError, IndexError, RecursionError):
            return None
        prices = BraketPrices(self.lists.braket)
        cost = prices.duration(str(attempt.execution["device"]), attempt.place.region, seconds)
        return None if cost is None else Price(cost, cost, f"{seconds} s by its results, by {prices.table}")

    def _job(self, attempt: Attempt) -> Price | None:
        """Its machines by their time; what its tasks cost is known only where they cost nothing."""
        execution = attempt.execution
        free = is_embedded(str(execution.get("device", ""))) or "reservation" in execution
        instance = execution.get("instance")
        job = get_job(self.client, attempt.place.region, attempt.id) if free and isinstance(instance, Mapping) else None
        seconds = _billable(job) if job is not None else None
        if seconds is None:
            return None
        return BraketPrices(self.lists.braket).job_ended(execution, attempt.place.region, seconds)


def _billable(job: Mapping[str, Any]) -> Decimal | None:
    """Seconds. The unit of `billableDuration` is not documented, so it is the one that fits between its times."""
    try:
        told = Decimal(int(job["billableDuration"]))
        span = datetime.fromisoformat(str(job["endedAt"])) - datetime.fromisoformat(str(job["startedAt"]))
    except (KeyError, ValueError, TypeError):
        return None
    seconds = Decimal(str(span.total_seconds()))
    if told <= seconds + 1:
        return told
    return told / 1000 if told / 1000 <= seconds + 1 else None
