"""The lines that hybrid jobs write, as CloudWatch Logs keeps them."""

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

# The one log group there is; a job's streams begin with `<job name>/<UUID of the job>/`.
GROUP = "/aws/braket/jobs"
# `at` is in milliseconds since 1970 on the emulator's clock; `seq` keeps the order of lines of the same time.
SCHEMA = """
CREATE TABLE log_event (
  seq INTEGER PRIMARY KEY, region TEXT NOT NULL, stream TEXT NOT NULL, at INTEGER NOT NULL, message TEXT NOT NULL
);
CREATE INDEX log_event_stream ON log_event (region, stream, seq);
CREATE TABLE log_query (id TEXT PRIMARY KEY, region TEXT NOT NULL, request TEXT NOT NULL) WITHOUT ROWID
"""


class Event(NamedTuple):
    seq: int
    at: int
    message: str


class Stream(NamedTuple):
    name: str
    first: int
    last: int


def append(connection: sqlite3.Connection, region: str, stream: str, at: int, messages: Iterable[str]) -> None:
    connection.executemany(
        "INSERT INTO log_event (region, stream, at, message) VALUES (?, ?, ?, ?)",
        [(region, stream, at, message) for message in messages],
    )


def streams(connection: sqlite3.Connection, region: str, prefix: str) -> list[Stream]:
    """The streams that begin with the text, by name."""
    rows = connection.execute(
        "SELECT stream, min(at), max(at) FROM log_event WHERE region = ? AND substr(stream, 1, ?) = ?"
        " GROUP BY stream ORDER BY stream",
        (region, len(prefix), prefix),
    )
    return [Stream(*row) for row in rows]


def events(
    connection: sqlite3.Connection, region: str, stream: str, span: tuple[int, int], after: int, limit: int
) -> list[Event]:
    """Lines of a stream in their order, those from `span`'s first to before its last millisecond, behind `after`."""
    rows = connection.execute(
        "SELECT seq, at, message FROM log_event WHERE region = ? AND stream = ? AND at >= ? AND at < ? AND seq > ?"
        " ORDER BY seq LIMIT ?",
        (region, stream, *span, after, limit),
    )
    return [Event(*row) for row in rows]
