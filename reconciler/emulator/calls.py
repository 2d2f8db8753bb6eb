import sqlite3
from datetime import datetime
from typing import NamedTuple

from reconciler.emulator.clock import moment

# The log is for looking at, the counters are for counting: only the log is cut.
_KEPT = 10_000


class Call(NamedTuple):
    at: datetime
    service: str
    region: str
    operation: str
    status: int
    fault: str


def record(connection: sqlite3.Connection, now: int, call: tuple[str, str, str], status: int, fault: str) -> None:
    """Note one request: `call` is its service, region and operation; `status` 0 means that no answer was sent."""
    service, region, operation = call
    found = connection.execute(
        "INSERT INTO call (at, service, region, operation, status, fault) VALUES (?, ?, ?, ?, ?, ?)",
        (now, service, region, operation, status, fault),
    )
    connection.execute("DELETE FROM call WHERE seq = ?", ((found.lastrowid or 0) - _KEPT,))
    connection.execute(
        "INSERT INTO counter VALUES (?, ?, 1) ON CONFLICT (service, operation) DO UPDATE SET count = count + 1",
        (service, operation),
    )


def log(connection: sqlite3.Connection) -> tuple[Call, ...]:
    rows = connection.execute("SELECT at, service, region, operation, status, fault FROM call ORDER BY seq")
    return tuple(Call(moment(at), *rest) for at, *rest in rows)


def counts(connection: sqlite3.Connection, service: str) -> dict[str, int]:
    rows = connection.execute("SELECT operation, count FROM counter WHERE service = ? ORDER BY operation", (service,))
    return dict(rows.fetchall())
