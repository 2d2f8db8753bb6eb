from decimal import Decimal
from typing import NamedTuple

from reconciler.emulator.braket.context import Context
from reconciler.emulator.braket.device import capabilities
from reconciler.emulator.braket.lifecycle import is_due, status
from reconciler.emulator.braket.spending_limit import SpendingLimit, limits_of, shown
from reconciler.emulator.braket.task import Unsettled, select
from reconciler.emulator.clock import moment
from reconciler.emulator.wire.error import invalid
from reconciler.emulator.wire.serialise import iso

# US dollars. Every QPU asks it once for each task, a program set included; capabilities hold the price of a shot only.
_PER_TASK = Decimal("0.30")
_FREE = ("FAILED", "CANCELLED")
# The service writes an estimate with ten decimals.
_PLACES = Decimal("0.0000000001")


class Spend(NamedTuple):
    """What the tasks that a limit counts cost, in US dollars: those that are over, and those that are not."""

    total: Decimal
    queued: Decimal


def cost(device: str, shots: int) -> Decimal:
    """What a task on a QPU costs, in US dollars."""
    return _PER_TASK + shots * Decimal(str(capabilities(device)["service"]["deviceCost"]["price"]))


def spent(context: Context, limit: SpendingLimit) -> Spend:
    """Raises Unsettled for tasks whose end is not known yet: a failed one costs nothing."""
    tasks = list(
        select(
            context.connection,
            "device = ? AND region = ? AND seq > ? AND created_at BETWEEN ? AND ?",
            (limit.device, limit.region, limit.after, limit.start_at, limit.end_at),
        )
    )
    due = [task for task in tasks if is_due(task, context.now)]
    if due:
        raise Unsettled(due)
    total = queued = Decimal()
    for task in tasks:
        state = status(task, context.now)
        if state == "COMPLETED":
            total += cost(task.device, task.shots)
        elif state not in _FREE:
            queued += cost(task.device, task.shots)
    return Spend(total, queued)


def check_spending(context: Context, device: str, shots: int) -> None:
    """Raises ServiceError ValidationException for a task that a limit of its device has no room for, and Unsettled."""
    for limit in limits_of(context, device):
        current = sum(spent(context, limit), Decimal())
        estimate = cost(device, shots)
        in_time = limit.start_at <= context.now <= limit.end_at
        if in_time and current + estimate <= Decimal(limit.amount):
            continue
        # The service's own words, seen in Amazon's notebook on spending limits.
        raise invalid(
            "Attempted to spend over the spending limit or outside the spending limit time window."
            f" Spending limit: {shown(Decimal(limit.amount))}, current spend: {shown(current)},"
            f" estimated cost: {estimate.quantize(_PLACES)},"
            f" start time: {iso(moment(limit.start_at))}, end time: {iso(moment(limit.end_at))}"
        )
