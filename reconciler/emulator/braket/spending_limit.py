import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from reconciler.emulator.braket.context import Context
from reconciler.emulator.wire.error import not_found


class SpendingLimit(NamedTuple):
    """A spending limit as the service keeps it. `amount` is US dollars as a decimal text, `tags` is JSON text."""

    arn: str
    region: str
    device: str
    amount: str
    start_at: int
    end_at: int
    tags: str
    # The newest task when the limit was made: a limit counts only those after it, even in the same millisecond.
    after: int
    created_at: int
    updated_at: int


_NAMES = ", ".join(SpendingLimit._fields)
_PLACES = ", ".join("?" * len(SpendingLimit._fields))


def insert(connection: sqlite3.Connection, limit: SpendingLimit) -> None:
    connection.execute(f"INSERT INTO spending_limit ({_NAMES}) VALUES ({_PLACES})", limit)  # noqa: S608 - our columns


def select(connection: sqlite3.Connection, where: str, values: Iterable[Any]) -> Iterator[SpendingLimit]:
    """Oldest first. `where` is SQL of ours, with a place for each value; never a caller's text."""
    statement = f"SELECT {_NAMES} FROM spending_limit WHERE {where} ORDER BY seq"  # noqa: S608 - our own column names
    return map(SpendingLimit._make, connection.execute(statement, tuple(values)))


def find(context: Context, arn: str) -> SpendingLimit:
    """Raises ServiceError ResourceNotFoundException for an ARN that is none of the caller's region."""
    found = next(select(context.connection, "arn = ? AND region = ?", (arn, context.region)), None)
    if found is None:
        raise not_found(f"Could not find the spending limit {arn}")
    return found


def limits_of(context: Context, device: str) -> list[SpendingLimit]:
    return list(select(context.connection, "device = ? AND region = ?", (device, context.region)))


def save_tags(connection: sqlite3.Connection, arn: str, tags: Mapping[str, str]) -> None:
    connection.execute("UPDATE spending_limit SET tags = ? WHERE arn = ?", (json.dumps(tags), arn))


def shown(amount: Decimal) -> str:
    """An amount as the service echoes it: "3.00" comes back as "3"."""
    return format(amount.normalize(), "f") if amount else "0"
