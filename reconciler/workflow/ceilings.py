"""What may be spent: the ceilings of resources and the budget of the environment, before anything is submitted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from reconciler.core.address import Address
from reconciler.core.attempt import LOCAL_ACCOUNT, Attempt
from reconciler.core.ceiling import Budget, assumed
from reconciler.core.change import Change
from reconciler.core.diagnostic import Diagnostic
from reconciler.core.estimate import added, price_of_estimate
from reconciler.core.event import PAYING, Verb
from reconciler.core.money import Money, Price, amount
from reconciler.core.resource import Resource
from reconciler.core.spending import Room, Spent, cost_on_record, rooms, spent
from reconciler.core.state import Record, State
from reconciler.providers.kind import Biller
from reconciler.workflow.session import Session

Prices = Mapping[Address, Price]
_ASSUME = "Say cost.assume: what it is taken to cost at most, such as 0.10 USD; or take the ceiling away."


@dataclass(frozen=True, slots=True)
class Judged:
    """What ceilings say of a plan, and what the budget then has left."""

    findings: tuple[Diagnostic, ...] = ()
    rooms: tuple[Room, ...] = ()


def bounded(session: Session, changes: Iterable[Change], prices: Prices) -> dict[Address, Price]:
    """The prices with what the manifest assumes where nobody knows one."""
    found = dict(prices)
    budget = session.context.budget
    for change in changes:
        resource = submitted(change)
        if resource is None or resource.settings is not None:
            continue
        price, own = prices.get(change.address), resource.ceiling
        price = assumed(price, own.assume if own else None, "cost.assume")
        price = assumed(price, budget.assume if budget else None, "budget.assume")
        if price is not None:
            found[change.address] = price
    return found


def with_history(prices: Prices, seen: State) -> dict[Address, Price]:
    """The prices, with what the last run at the address cost as what is expected, if it lies between them."""
    return {address: _expected(price, seen.records.get(str(address))) for address, price in prices.items()}


def _expected(price: Price, record: Record | None) -> Price:
    if price.likely is not None or record is None:
        return price
    before = next((a for a in reversed(record.attempts) if a.actual), None)
    last = price_of_estimate(before.actual) if before is not None else None
    if last is None or not last.most or last.currency != price.currency:
        return price
    fits = last.most >= (price.least or 0) and (price.most is None or last.most <= price.most)
    return replace(price, expected=last.most) if fits else price


def judge(session: Session, changes: Sequence[Change], prices: Prices, seen: State) -> Judged:
    """Whether what is to be submitted stays below every ceiling."""
    paying = [c for c in changes if c.count(*PAYING)]
    findings = [found for change in paying for found in _over_own(change, prices.get(change.address))]
    budget = session.context.budget
    if budget is None:
        return Judged(tuple(findings))
    before = spent_before(session, seen, tokens_of(paying))
    planned = Spent()
    for change in paying:
        planned = planned.plus(prices.get(change.address))
    left = rooms(budget, before, planned)
    if not paying or not (planned.known or planned.unknown):
        return Judged(tuple(findings), left)
    return Judged((*findings, *_over_budget(budget, paying, prices, before, left)), left)


def submitted(change: Change) -> Resource | None:
    """What the change would pay for."""
    return next((op.resource for op in change.operations if op.verb in PAYING and op.resource is not None), None)


def tokens_of(changes: Iterable[Change]) -> frozenset[str]:
    """The attempts that the changes make or repeat: their cost is that of the plan, and not yet spent."""
    return frozenset(op.token for c in changes for op in c.operations if op.verb is Verb.CREATE)


def spent_before(session: Session, seen: State, without: Set[str]) -> Spent:
    """What this environment spent by its record, on the clouds that it uses now: trials on the local cloud are free
    as soon as the real one is meant.
    """
    attempts = (
        (address, attempt)
        for address, record in seen.records.items()
        for attempt in record.attempts
        if attempt.token not in without and is_of_this_mode(session, attempt)
    )
    return spent(attempts, lambda address, attempt: cost_of(session, address, attempt))


def cost_of(session: Session, address: str, attempt: Attempt) -> Price | None:
    """By the record, else by today's tables; with the project's assumption where even those don't know."""
    price = cost_on_record(attempt)
    if price is None:
        cloud = session.clouds.get(attempt.place.cloud)
        price = cloud.reckon(address.partition("/")[0], attempt) if isinstance(cloud, Biller) else None
    budget = session.context.budget
    return assumed(price, budget.assume if budget else None, "budget.assume")


def is_of_this_mode(session: Session, attempt: Attempt) -> bool:
    """Whether it ran on the local cloud or on the real one, as runs do now."""
    local = attempt.place.account.startswith(LOCAL_ACCOUNT)
    return local == (attempt.place.cloud in session.local)


def over_own(resource: Resource, price: Price | None, before: Price | None = None) -> tuple[str, str, str] | None:
    """Code, summary and detail if the price is above the resource's own ceiling; `before` was paid for the same run."""
    most = resource.ceiling.most if resource.ceiling else None
    if most is None:
        return None
    if before is not None and price is not None:
        price = added(before, price)
    if price is None or price.most is None:
        basis = f" ({price.basis})" if price is not None and price.basis else ""
        detail = f"It may cost {most} at most, and what it costs is not known{basis}."
        return "cost/price-unknown", "No price to compare with the ceiling", detail
    if price.most and price.currency != most.currency:
        detail = f"It costs up to {Money(price.most, price.currency)}, and its ceiling is in {most.currency}."
        return "cost/other-currency", "Ceiling in another currency", detail
    if price.most > most.value:
        detail = f"It costs up to {Money(price.most, price.currency)} ({price.basis}), and may cost {most} at most."
        return "cost/over-max", "Dearer than its ceiling", detail
    return None


def _over_own(change: Change, price: Price | None) -> Iterator[Diagnostic]:
    resource = submitted(change)
    if resource is None:
        return
    adds = any(op.verb is Verb.ADD for op in change.operations)
    before = cost_on_record(change.attempt) if adds and change.attempt is not None else None
    found = over_own(resource, price, before)
    if found is None:
        return
    code, summary, detail = found
    remedies = {
        "cost/price-unknown": _ASSUME,
        "cost/other-currency": "Write the ceiling in the currency of the price.",
        "cost/over-max": "Ask for less, or raise cost.max.",
    }
    where = resource.payload.declared.locate(("cost", "max"))
    yield Diagnostic(code, summary, detail, remedies[code], where, str(change.address))


def _over_budget(
    budget: Budget, paying: Sequence[Change], prices: Prices, before: Spent, left: Sequence[Room]
) -> Iterator[Diagnostic]:
    if before.unknown:
        runs = "one earlier run" if before.unknown == 1 else f"{before.unknown} earlier runs"
        detail = f"What {runs} of this environment cost is not known, so nobody can say what is left."
        remedy = "See `qctl cost`, and say budget.assume: what such a run is taken to cost at most, such as 0.10 USD."
        yield Diagnostic("budget/spent-unknown", "Spending so far is unknown", detail, remedy, budget.where)
    yield from _unknown(budget, paying, prices)
    for room in left:
        if room.left < 0:
            currency = room.most.currency
            detail = (
                f"{amount(room.spent, currency)} of {room.most} were spent before, and this plan costs up to "
                f"{amount(room.planned, currency)}: {amount(-room.left, currency)} too much."
            )
            remedy = "Submit less, with --target for instance, or raise spec.budget.max."
            yield Diagnostic("budget/exceeded", "Budget exceeded", detail, remedy, budget.where)


def _unknown(budget: Budget, paying: Sequence[Change], prices: Prices) -> Iterator[Diagnostic]:
    """One finding for each declaration: a sweep has thousands of points with the same reason."""
    told: set[tuple[str, Address]] = set()
    for change in paying:
        why = unfit(budget, prices.get(change.address))
        resource = submitted(change)
        if why is None or resource is None or (why[0], change.address.base) in told:
            continue
        told.add((why[0], change.address.base))
        code, summary, detail, remedy = why
        where = resource.payload.declared.locate(("device",))
        yield Diagnostic(code, summary, detail, remedy, where, str(change.address))


def unfit(budget: Budget, price: Price | None) -> tuple[str, str, str, str] | None:
    """Code, summary, detail and remedy if a price can't be compared with the budget at all."""
    if price is None or price.most is None:
        basis = f" ({price.basis})" if price is not None and price.basis else ""
        detail = f"The project has a budget, and what this costs at most is not known{basis}."
        remedy = "Say what it is taken to cost at most: cost.assume here, or budget.assume for all, such as 0.10 USD."
        return "budget/price-unknown", "No price to compare with the budget", detail, remedy
    if price.most and budget.of(price.currency) is None:
        has = " and ".join(most.currency for most in budget.most)
        detail = f"It costs up to {Money(price.most, price.currency)}, and the budget is in {has}."
        remedy = f"Add an amount: spec.budget.max: [{budget.most[0]}, 100.00 {price.currency}]."
        return "budget/other-currency", "Budget has none of this currency", detail, remedy
    return None
