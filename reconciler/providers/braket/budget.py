"""Whether spending limits have room for what is to be submitted: the service would refuse what has none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from reconciler.core.address import Address
from reconciler.core.change import Change
from reconciler.core.diagnostic import Diagnostic
from reconciler.core.event import Verb
from reconciler.core.money import Price, amount
from reconciler.core.resource import Resource
from reconciler.providers.braket.client import BraketClient
from reconciler.providers.braket.device import region_of
from reconciler.providers.braket.spending_limit_verbs import Limit, limits, period_of, room_of
from reconciler.providers.kind import CloudUnavailable
from reconciler.providers.moment import moment_text

Prices = Mapping[Address, Price]
_LATER = "Submit less, raise the limit's amount, or wait for its next period."


@dataclass(frozen=True, slots=True)
class _Room:
    """What one limit has left: `told` says how that came about. None was readable: `left` is None."""

    left: Decimal | None
    told: str


@dataclass(frozen=True, slots=True)
class Budget:
    """The limits of one account, as they stand now and as a plan would leave them."""

    client: BraketClient
    now: datetime

    def objections(
        self, changes: Sequence[Change], declared: Mapping[Address, Resource], prices: Prices
    ) -> list[Diagnostic]:
        """What limits refuse of these changes. Raises CloudUnavailable if it can't be told which limits there are."""
        new, runs = _by_device(changes)
        found = [d for device, mine in sorted(new.items()) for d in self._taken(device, mine, changes)]
        for device, mine in sorted(runs.items()):
            found += self._refused(device, mine, [*self._rooms(device, changes, new.get(device, ()))], prices)
        return found

    def room(self, device: str) -> Decimal | None:
        """What is left for a device now, None without a limit. Raises CloudUnavailable."""
        left = [room.left for room in self._rooms(device, (), ())]
        if None in left:
            raise CloudUnavailable(f"the spending limit of {device} can't be read")
        return min((rest for rest in left if rest is not None), default=None)

    def _taken(self, device: str, resources: Sequence[Resource], changes: Sequence[Change]) -> Iterator[Diagnostic]:
        """A device has one limit at most: a second one would be refused, or take the place of somebody's first."""
        first, *others = sorted(resources, key=lambda r: r.address)
        for resource in others:
            yield _exists(resource, f"{first.address} declares a limit for {device}")
        replaced = {op.id for c in changes if c.address == first.address for op in c.operations}
        for limit in self._limits(device):
            if limit["spendingLimitArn"] not in replaced:
                is_there = f"{device} has the limit {limit['spendingLimitArn']} of {limit['spendingLimit']} USD already"
                yield _exists(first, is_there)

    def _limits(self, device: str) -> list[Limit]:
        return list(limits(self.client, region_of(device, self.client.region), device))

    def _rooms(self, device: str, changes: Iterable[Change], new: Iterable[Resource]) -> Iterator[_Room]:
        """Of each limit on the device as this plan leaves it: limits come before the runs that they bound."""
        for resource in new:
            settings = resource.settings or {}
            yield self._room(Decimal(str(settings["amount"])), Decimal(0), settings, "declared, nothing spent yet")
        operations = [op for change in changes for op in change.operations]
        replaced = {op.id for op in operations if op.verb is Verb.DELETE} if new else set()
        updated = {op.id: op.settings for op in operations if op.verb is Verb.UPDATE}
        try:
            for limit in self._limits(device):
                arn = limit["spendingLimitArn"]
                if arn not in replaced:
                    yield self._room_of(limit, updated.get(arn, {}))
        except (CloudUnavailable, ValueError) as error:
            yield _Room(None, str(error))

    def _room_of(self, limit: Limit, updated: Mapping[str, object]) -> _Room:
        used = Decimal(str(limit["spendingLimit"])) - room_of(limit)
        start, end = period_of(limit)
        settings = {"amount": limit["spendingLimit"], "start": start, "end": end, **updated}
        told = f"{limit['totalSpend']} spent, {limit['queuedSpend']} waiting"
        return self._room(Decimal(str(settings["amount"])), used, settings, told)

    def _room(self, most: Decimal, used: Decimal, settings: Mapping[str, object], told: str) -> _Room:
        start, end = str(settings.get("start", "")), str(settings.get("end", ""))
        now = moment_text(self.now)
        if (start and now < start) or (end and now > end):
            return _Room(Decimal(0), f"it holds from {start} to {end}, and outside of that time nothing may be spent")
        return _Room(most - used, f"of {amount(most, 'USD')}; {told}")

    def _refused(
        self, device: str, resources: Sequence[Resource], rooms: Sequence[_Room], prices: Prices
    ) -> Iterator[Diagnostic]:
        unreadable = next((room for room in rooms if room.left is None), None)
        if unreadable is not None:
            detail = (
                f"Whether {device} has a limit with room for this can't be found out ({unreadable.told}), "
                "so it counts as none."
            )
            yield _finding(resources[0], "limit/unreadable", "Spending limit can't be read", detail)
            return
        least = min(rooms, key=lambda room: room.left or Decimal(0), default=None)
        if least is None or least.left is None:
            return
        costs = [_most(prices.get(r.address)) for r in resources]
        known = [cost for cost in costs if cost is not None]
        if len(known) < len(costs):
            left = f"{device} has a limit with {amount(least.left, 'USD')} left"
            detail = f"{left}, and the price of what is submitted is unknown."
            yield _finding(resources[0], "limit/price-unknown", "No price to compare with the spending limit", detail)
        elif sum(known) > least.left:
            detail = (
                f"What is to be submitted to {device} costs {amount(sum(known, Decimal(0)), 'USD')}, and its "
                f"spending limit has {amount(least.left, 'USD')} left ({least.told}): Braket would refuse it."
            )
            yield _finding(resources[0], "limit/exceeded", "Spending limit exceeded", detail)


def _by_device(changes: Iterable[Change]) -> tuple[dict[str, list[Resource]], dict[str, list[Resource]]]:
    """By device the limits that would be made, and the runs that would be submitted. Simulators have no limits."""
    new: dict[str, list[Resource]] = {}
    runs: dict[str, list[Resource]] = {}
    for resource in (op.resource for change in changes for op in change.operations):
        device = "" if resource is None else str(resource.execution.get("device", ""))
        if resource is not None and ":device/qpu/" in device:
            (runs if resource.settings is None else new).setdefault(device, []).append(resource)
    return new, runs


def _most(price: Price | None) -> Decimal | None:
    return None if price is None else price.most


def _exists(resource: Resource, why: str) -> Diagnostic:
    remedy = "Say management: observe to leave it to whoever made it, or delete that one first."
    where = resource.payload.declared.locate(("device",))
    detail = f"{why}, and a device has one at most."
    return Diagnostic("limit/exists", "Device has a limit already", detail, remedy, where, str(resource.address))


def _finding(resource: Resource, code: str, summary: str, detail: str) -> Diagnostic:
    where = resource.payload.declared.locate(("device",))
    return Diagnostic(code, summary, detail, _LATER, where, str(resource.address))
