import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from reconciler import simulate
from reconciler.emulator import calls, clock, faults, objects
from reconciler.emulator.broken import WorldError, is_broken
from reconciler.emulator.schema import SCHEMA
from reconciler.emulator.switches import SWITCHES, Switches, find

__all__ = ["VERSION", "Session", "World", "WorldError"]

VERSION = 1


@dataclass(frozen=True, slots=True)
class Session:
    """One transaction on the world: all of it happens at `now` (milliseconds since 1970), or none of it."""

    connection: sqlite3.Connection
    now: int
    switches: Switches


class World:
    """The local cloud at rest: one SQLite file, which several processes may use at the same time.

    Threads share its one connection, one transaction at a time: each is far shorter than the Python around it.
    """

    def __init__(self, connection: sqlite3.Connection, base: clock.BaseClock) -> None:
        self._connection = connection
        self._base = base
        self._lock = threading.Lock()
        # How a slow answer waits; tests put a recorder here.
        self.sleep: Callable[[float], None] = time.sleep

    @classmethod
    def open(cls, path: Path | str, base: clock.BaseClock = time.time) -> Self:
        """Open the file, or make it. `:memory:` gives a world that dies with its object.

        Raises WorldError for a file of another version or of another kind.
        """
        if path != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        try:
            connection = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
        except sqlite3.Error as problem:  # a folder of that name, or no right to it
            raise WorldError(f"{path} can't be opened as a local cloud: {problem}") from problem
        try:
            _prepare(connection)
        except (sqlite3.DatabaseError, WorldError) as problem:
            connection.close()
            raise WorldError(f"{path} can't be opened as a local cloud: {problem}") from problem
        return cls(connection, base)

    def close(self) -> None:
        self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """One writing transaction. An exception takes back everything done in it.

        Raises WorldError for a damaged file and a full disk, here and in all that follows from it.
        """
        try:
            with self._lock, _transaction(self._connection) as connection:
                overrides = dict(connection.execute("SELECT name, value FROM switch").fetchall())
                yield Session(connection, clock.now(connection, self._base), Switches(overrides))
        except sqlite3.Error as problem:
            if not is_broken(problem):
                raise
            raise WorldError(f"The local cloud's file can't be used: {problem}") from problem

    def now(self) -> datetime:
        with self.transaction() as session:
            return clock.moment(session.now)

    def advance(self, seconds: float) -> None:
        with self.transaction() as session:
            clock.advance(session.connection, seconds)

    def freeze(self) -> None:
        """Stop the clock; it moves by `advance` alone until `thaw`."""
        with self.transaction() as session:
            clock.freeze(session.connection, self._base)

    def thaw(self) -> None:
        with self.transaction() as session:
            clock.thaw(session.connection, self._base)

    def reset(self) -> None:
        """Back to an empty cloud: tasks, objects, switches, faults, counters and the clock."""
        with self.transaction() as session:
            tables = session.connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            for (table,) in tables:
                if not table.startswith("sqlite_"):
                    session.connection.execute(f'DELETE FROM "{table}"')  # noqa: S608 - names of our own schema
            _populate(session.connection)

    def switches(self) -> dict[str, str]:
        with self.transaction() as session:
            return {name: session.switches.text(name) for name in SWITCHES}

    def set_switch(self, name: str, value: str) -> None:
        """Raises ValueError for an unknown switch or a value it does not take."""
        find(name).check(value)
        with self.transaction() as session:
            session.connection.execute("INSERT OR REPLACE INTO switch VALUES (?, ?)", (name, value))

    def add_fault(self, rule: faults.Rule | Mapping[str, Any]) -> int:
        """Append a rule, or a mapping `faults.parse_rule` takes, to the fault script; returns its id."""
        checked = rule if isinstance(rule, faults.Rule) else faults.parse_rule(rule)
        with self.transaction() as session:
            return faults.add(session.connection, checked)

    def clear_faults(self) -> None:
        with self.transaction() as session:
            session.connection.execute("DELETE FROM fault")

    def faults(self) -> tuple[faults.Scripted, ...]:
        with self.transaction() as session:
            return faults.script(session.connection)

    def calls(self) -> tuple[calls.Call, ...]:
        """The last 10,000 requests, oldest first."""
        with self.transaction() as session:
            return calls.log(session.connection)

    def counts(self, service: str = "braket") -> dict[str, int]:
        """How often each operation of a service was called since the last reset."""
        with self.transaction() as session:
            return calls.counts(session.connection, service)

    def status(self) -> dict[str, Any]:
        """A summary: {id, now, frozen, advanced (seconds), tasks, faults, calls, switches that differ}.

        With `problem` if tasks can't end, because the simulator is not installed.
        """
        with self.transaction() as session:
            one = session.connection.execute(
                "SELECT (SELECT value FROM meta WHERE name = 'world'), frozen IS NOT NULL, ahead,"
                " (SELECT count(*) FROM task), (SELECT count(*) FROM fault),"
                " (SELECT coalesce(sum(count), 0) FROM counter) FROM clock"
            ).fetchone()
            stuck = session.switches.text("simulation") == "real" and not simulate.is_installed()
            return {
                "id": one[0],
                "now": clock.moment(session.now),
                "frozen": bool(one[1]),
                "advanced": one[2] / 1000,
                "tasks": one[3],
                "faults": one[4],
                "calls": one[5],
                "switches": dict(session.switches.overrides),
            } | ({"problem": simulate.MISSING} if stuck else {})


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    # IMMEDIATE: a transaction that reads first and writes later can't be refused half-way by another process.
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        # A commit that failed may have ended the transaction by itself.
        # On a broken disk the rollback fails as well, and what came first says more.
        if connection.in_transaction:
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
        raise


def _prepare(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    # NORMAL survives a killed process; a power cut may take the last requests but never the file (SQLite's manual).
    connection.execute("PRAGMA synchronous = NORMAL")
    if _version(connection) == VERSION:
        return
    with _transaction(connection):
        # Asked again inside: two processes may open a new file at the same time.
        if (found := _version(connection)) == VERSION:
            return
        if found or connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise WorldError(f"it has version {found}, this program reads version {VERSION}.")
        for statement in f"{SCHEMA};{objects.SCHEMA}".split(";"):
            # One by one: executescript would commit the transaction first.
            connection.execute(statement)
        _populate(connection)
        connection.execute(f"PRAGMA user_version = {VERSION}")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _populate(connection: sqlite3.Connection) -> None:
    connection.execute("INSERT INTO clock VALUES (1, 0, NULL)")
    # Ids of a world that was reset must not meet those a caller still remembers.
    connection.execute("INSERT INTO meta VALUES ('world', ?)", (uuid.uuid4().hex,))
