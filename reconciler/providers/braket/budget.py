"""Whether a device's spending limit has room for what is to be submitted: the service would refuse what has none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from reconciler.core.address import Address
from reconciler.core.diagnostic import Diagnostic
from reconciler.core.money import Price
from reconciler.core.resource import Resource
from reconciler.providers.braket.client import BraketClient
from reconciler.providers.braket.device import region_of
from reconciler.providers.braket.spending_limit_verbs import Limit, limits, room_of
from reconciler.providers.kind import CloudUnavailable

Priced = Mapping[Address, Price]


def check_room(client: BraketClient, resources: Sequence[Resource], prices: Priced) -> list[Diagnostic]:
    """What the limits have no room for. One that can't be read counts as one without room."""
    by_device: dict[str, list[Resource]] = {}
    for resource in resources:
        device = str(resource.execution.get("device", ""))
        if resource.settings is None and ":device/qpu/" in device:  # simulators have no limits
            by_device.setdefault(device, []).append(resource)
    return [found for device, mine in sorted(by_device.items()) for found in _check(client, device, mine, prices)]


def _check(client: BraketClient, device: str, resources: Sequence[Resource], prices: Priced) -> Iterator[Diagnostic]:
    try:
        known = list(limits(client, region_of(device, client.region), device))
        room = min((room_of(limit) for limit in known), default=None)
    except (CloudUnavailable, ValueError, KeyError) as error:
        yield _finding(resources[0], "limit/unreadable", "Spending limit can't be read", _unreadable(device, error))
        return
    if room is None:
        return
    if any(_least(prices.get(r.address)) is None for r in resources):
        detail = f"{device} has a spending limit with {room} USD left, and the price of what is submitted is unknown."
        yield _finding(resources[0], "limit/price-unknown", "No price to compare with the spending limit", detail)
        return
    cost = sum((_least(prices.get(r.address)) or Decimal(0) for r in resources), Decimal(0))
    if cost > room:
        yield _finding(resources[0], "limit/exceeded", "Spending limit exceeded", _exceeded(device, known, cost, room))


def _least(price: Price | None) -> Decimal | None:
    return None if price is None else price.most or price.least


def _unreadable(device: str, error: Exception) -> str:
    return f"Whether {device} has a limit with room for this can't be found out ({error}), so it counts as none."


def _exceeded(device: str, known: Sequence[Limit], cost: Decimal, room: Decimal) -> str:
    limit = known[0]
    return (
        f"What is to be submitted to {device} costs {cost} USD, and its spending limit of {limit['spendingLimit']} USD "
        f"has {room} USD left ({limit['totalSpend']} spent, {limit['queuedSpend']} waiting): Braket would refuse it."
    )


def _finding(resource: Resource, code: str, summary: str, detail: str) -> Diagnostic:
    remedy = "Submit less, raise the limit's amount, or wait for its next period."
    where = resource.payload.declared.locate(("device",))
    return Diagnostic(code, summary, detail, remedy, where, str(resource.address))
