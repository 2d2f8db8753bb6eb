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
_LAST = 2**62


class Event(NamedTuple):
    seq: int
    at: int
    message: str


class Stream(NamedTuple):
    name: str
    first: int
    last: int


class Span(NamedTuple):
    """Which lines of a stream: from `first` to before `end` in milliseconds, between two of them by their numbers."""

    first: int = 0
    end: int = _LAST
    after: int = 0
    before: int = _LAST


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
    connection: sqlite3.Connection, region: str, stream: str, span: Span, limit: int, newest: bool = False
) -> list[Event]:
    """Lines of a stream in their order: the first of the span, or its `newest`."""
    order = "DESC" if newest else "ASC"
    rows = connection.execute(
        "SELECT seq, at, message FROM log_event WHERE region = ? AND stream = ?"  # noqa: S608 - a word of ours
        f" AND at >= ? AND at < ? AND seq > ? AND seq < ? ORDER BY seq {order} LIMIT ?",
        (region, stream, *span, limit),
    )
    found = [Event(*row) for row in rows]
    return found[::-1] if newest else found
