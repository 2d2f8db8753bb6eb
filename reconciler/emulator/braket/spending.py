import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from reconciler.emulator.braket.context import ACCOUNT, Context
from reconciler.emulator.braket.device import find_device, status_of
from reconciler.emulator.braket.identifier import new_id
from reconciler.emulator.braket.page import paged
from reconciler.emulator.braket.spending_cost import spent
from reconciler.emulator.braket.spending_limit import SpendingLimit, find, insert, limits_of, select, shown
from reconciler.emulator.braket.tag import check_tags
from reconciler.emulator.braket.token import recall, remember
from reconciler.emulator.clock import milliseconds, moment
from reconciler.emulator.wire.error import ServiceError, invalid

# The end of a limit that names no period, seen in Amazon's notebook on spending limits.
_FOREVER = milliseconds(datetime(2125, 12, 30, tzinfo=UTC))
_PAGE = 20


def create_spending_limit(context: Context, asked: Mapping[str, Any]) -> Mapping[str, Any]:
    request = _request(asked, "create")
    known = recall(context, request)
    if known is not None:
        return {"spendingLimitArn": known}
    _check_device(context, asked["deviceArn"])
    check_tags(asked.get("tags", {}))
    if limits_of(context, asked["deviceArn"]) and context.switches.text("spending.second") == "refuse":
        raise invalid(f"A spending limit for device {asked['deviceArn']} already exists")
    start_at, end_at = request.get("timePeriod", (context.now, _FOREVER))
    limit = SpendingLimit(
        arn=f"arn:aws:braket:{context.region}:{ACCOUNT}:spending-limit/{new_id(context, _name(context, request))}",
        region=context.region,
        device=asked["deviceArn"],
        amount=asked["spendingLimit"],
        start_at=start_at,
        end_at=end_at,
        tags=json.dumps(asked.get("tags", {})),
        after=context.connection.execute("SELECT coalesce(max(seq), 0) FROM task").fetchone()[0],
        created_at=context.now,
        updated_at=context.now,
    )
    insert(context.connection, limit)
    remember(context, request, limit.arn)
    return {"spendingLimitArn": limit.arn}


def update_spending_limit(context: Context, asked: Mapping[str, Any]) -> Mapping[str, Any]:
    limit = find(context, asked["spendingLimitArn"])
    request = _request(asked, "update")
    # A token that was used before is ignored without an error, even if it asks for something else (API reference).
    if recall(context, request) is not None:
        return {}
    if "spendingLimit" not in asked and "timePeriod" not in asked:
        raise invalid("An update must change the spending limit or its time period")
    start_at, end_at = request.get("timePeriod", (limit.start_at, limit.end_at))
    updated = limit._replace(amount=asked.get("spendingLimit", limit.amount), start_at=start_at, end_at=end_at)
    if context.switches.text("spending.below") == "refuse":
        current = sum(spent(context, updated), Decimal())
        if Decimal(updated.amount) < current:
            raise invalid(f"The spending limit {updated.amount} is below the current spend {shown(current)}")
    context.connection.execute(
        "UPDATE spending_limit SET amount = ?, start_at = ?, end_at = ?, updated_at = ? WHERE arn = ?",
        (updated.amount, start_at, end_at, context.now, limit.arn),
    )
    remember(context, request, limit.arn)
    return {}


def delete_spending_limit(context: Context, asked: Mapping[str, Any]) -> Mapping[str, Any]:
    limit = find(context, asked["spendingLimitArn"])
    context.connection.execute("DELETE FROM spending_limit WHERE arn = ?", (limit.arn,))
    return {}


def search_spending_limits(context: Context, asked: Mapping[str, Any]) -> Mapping[str, Any]:
    """Oldest first; the service documents no order."""
    lag = round(context.switches.number("spending.lag") * 1000)
    found = list(select(context.connection, "region = ? AND created_at <= ?", (context.region, context.now - lag)))
    for rule in asked.get("filters", []):
        if rule["name"] != "deviceArn":
            raise invalid(f"Filter name {rule['name']} is not supported. Supported: deviceArn")
        found = [limit for limit in found if limit.device in rule["values"]]
    page, token = paged(found, {"maxResults": _PAGE, **asked}, 100)
    return {"spendingLimits": [_summary(context, limit) for limit in page], "nextToken": token}


def _summary(context: Context, limit: SpendingLimit) -> dict[str, Any]:
    total, queued = spent(context, limit)
    return {
        "spendingLimitArn": limit.arn,
        "deviceArn": limit.device,
        "timePeriod": {"startAt": moment(limit.start_at), "endAt": moment(limit.end_at)},
        "spendingLimit": shown(Decimal(limit.amount)),
        "queuedSpend": shown(queued),
        "totalSpend": shown(total),
        "createdAt": moment(limit.created_at),
        "updatedAt": moment(limit.updated_at),
        "tags": json.loads(limit.tags),
    }


def _check_device(context: Context, arn: str) -> None:
    device = find_device(context, arn)
    if device is None:
        raise invalid(f"Device {arn} is not available in region {context.region}")
    if device.type == "SIMULATOR":
        raise invalid(f"Spending limits are not supported for simulators, such as {arn}")
    if status_of(device, context.switches) == "RETIRED":
        raise ServiceError("DeviceRetiredException", f"Device {arn} is retired")


def _request(asked: Mapping[str, Any], verb: str) -> dict[str, Any]:
    """What was asked, with a token that is no other operation's, and the period as two numbers of milliseconds.

    Raises ServiceError ValidationException for a period that ends before it begins.
    """
    request = dict(asked) | {"clientToken": f"{verb}-spending-limit:{asked['clientToken']}"}
    if "timePeriod" not in asked:
        return request
    start, end = (_milliseconds(asked["timePeriod"][name]) for name in ("startAt", "endAt"))
    if start >= end:
        raise invalid("The time period must start before it ends")
    return request | {"timePeriod": (start, end)}


def _milliseconds(time: datetime) -> int:
    return milliseconds(time if time.tzinfo else time.replace(tzinfo=UTC))


def _name(context: Context, request: Mapping[str, Any]) -> str:
    # No count of limits: one that was deleted must not lend its ARN to the next.
    return f"{context.region}:{request['clientToken']}:{context.now}"
