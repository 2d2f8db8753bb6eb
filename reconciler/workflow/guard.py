"""The last question before each paying call: does it still fit, with all that this apply has submitted so far?"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from decimal import Decimal

from reconciler.core.address import Address
from reconciler.core.attempt import Outcome
from reconciler.core.change import Change
from reconciler.core.event import PAYING
from reconciler.core.money import Money, Price
from reconciler.core.operation import Operation
from reconciler.core.price_table import InvalidPriceTable
from reconciler.core.resource import Resource
from reconciler.core.spending import Spent, cost_on_record, rooms
from reconciler.core.state import State
from reconciler.providers.kind import Biller
from reconciler.workflow.ceilings import over_own, spent_before, tokens_of, unfit
from reconciler.workflow.session import Session

_FREE = Price(Decimal(0), Decimal(0), "")


class OverBudget(Exception):  # noqa: N818 - named after the situation
    """The call was not made, for it would have cost more than may be spent; the message is a sentence."""


class SpendingGuard:
    """Admits paying calls one at a time, and keeps what they cost at most until it is known that they cost nothing."""

    def __init__(self, session: Session, changes: Sequence[Change], lists: dict[str, str], seen: State) -> None:
        """`lists` are the digests of the price tables that the plan was priced by."""
        self._session = session
        self._prices = {c.address: c.price for c in changes if c.count(*PAYING)}
        self._before = {c.address: cost_on_record(c.attempt) for c in changes if c.attempt is not None and c.jobs}
        self._lists = lists
        paying = [c for c in changes if c.count(*PAYING)]
        self._spent = spent_before(session, seen, tokens_of(paying)) if session.context.budget else Spent()
        self._devices: dict[str, Decimal | None] = {}
        self._held: dict[str, list[tuple[Resource, Price | None]]] = {}
        self._charged: set[Address] = set()
        self._lock = threading.Lock()
        self._checked = False

    def admit(self, op: Operation) -> None:
        """Hold what this call costs. Raises OverBudget, and CloudUnavailable if a limit can't be asked for."""
        if op.verb not in PAYING or op.resource is None or op.resource.settings is not None:
            return
        with self._lock:
            self._same_lists()
            charges = list(self._charges(op))
            for resource, price in charges:
                self._own(op, resource, price)
            self._budget(charges)
            self._limits(charges)
            self._take(op, charges)

    def settle(self, op: Operation, outcome: Outcome) -> None:
        """Give back what a refused call would have cost: nothing exists."""
        if outcome is Outcome.REFUSED:
            with self._lock:
                self._give_back(op)

    def _charges(self, op: Operation) -> list[tuple[Resource, Price | None]]:
        """What the call pays for: its own run, or each of its set."""
        resource = op.resource
        if resource is None:
            return []
        members = [(m.address, m.resource) for m in op.submits.members] if op.submits else [(op.address, resource)]
        # The price of a change is that of all its calls, so its first one pays it.
        return [(r, _FREE if a in self._charged else self._prices.get(a)) for a, r in members]

    def _own(self, op: Operation, resource: Resource, price: Price | None) -> None:
        found = over_own(resource, price, self._before.get(op.address))
        if found is not None:
            raise OverBudget(found[2])

    def _budget(self, charges: Sequence[tuple[Resource, Price | None]]) -> None:
        budget = self._session.context.budget
        planned = Spent()
        for _, price in charges:
            planned = planned.plus(price)
        if budget is None or not (planned.known or planned.unknown):
            return
        if self._spent.unknown:
            raise OverBudget("what earlier runs of this environment cost is not known, so nobody can say what is left")
        for _, price in charges:
            if (why := unfit(budget, price)) is not None:
                raise OverBudget(why[2])
        for room in rooms(budget, self._spent, planned):
            if room.planned and room.left < 0:
                cost = Money(room.planned, room.most.currency)
                before = Money(room.spent, room.most.currency)
                raise OverBudget(f"it costs up to {cost}, and {before} of the budget of {room.most} are spent")

    def _limits(self, charges: Sequence[tuple[Resource, Price | None]]) -> None:
        for device, cost in self._by_device(charges).items():
            left = self._left(device)
            if left is None:
                continue
            if cost is None:
                raise OverBudget(f"{device} has a spending limit, and what this costs is not known")
            if cost > left:
                most, rest = Money(cost), Money(left)
                raise OverBudget(f"it costs up to {most}, and the spending limit of {device} has {rest} left")

    def _left(self, device: str) -> Decimal | None:
        """By the cloud when it was first asked, less what was submitted since."""
        if device not in self._devices:
            cloud = self._session.clouds["braket"]
            self._devices[device] = cloud.room(device) if isinstance(cloud, Biller) else None
        return self._devices[device]

    def _by_device(self, charges: Sequence[tuple[Resource, Price | None]]) -> dict[str, Decimal | None]:
        """What goes to each QPU of Braket; None: unknown."""
        found: dict[str, Decimal | None] = {}
        for resource, price in charges:
            device = str(resource.execution.get("device", ""))
            if ":device/qpu/" in device:
                most = None if price is None else price.most
                known = found.get(device, Decimal(0))
                found[device] = None if most is None or known is None else known + most
        return found

    def _take(self, op: Operation, charges: list[tuple[Resource, Price | None]]) -> None:
        self._held[op.token] = charges
        for resource, price in charges:
            self._charged.add(resource.address)
            if self._session.context.budget is not None:
                self._spent = self._spent.plus(price)
        for device, cost in self._by_device(charges).items():
            left = self._devices.get(device)
            if left is not None and cost is not None:
                self._devices[device] = left - cost

    def _give_back(self, op: Operation) -> None:
        charges = self._held.pop(op.token, [])
        for resource, price in charges:
            self._charged.discard(resource.address)
            if price is not None and price.most:
                self._spent = self._spent.plus(Price(None, -price.most, "", price.currency))
        for device, cost in self._by_device(charges).items():
            left = self._devices.get(device)
            if left is not None and cost is not None:
                self._devices[device] = left + cost

    def _same_lists(self) -> None:
        """Once: what was approved was approved at these prices."""
        if self._checked:
            return
        try:
            now = {table.name: table.digest for table in self._session.prices.reread().tables}
        except InvalidPriceTable as error:
            raise OverBudget(f"the price table was changed since the plan, and can't be used: {error}") from error
        if changed := sorted(name for name, digest in self._lists.items() if now.get(name) != digest):
            raise OverBudget(f"the price table {changed[0]} was changed since the plan; plan again")
        self._checked = True
