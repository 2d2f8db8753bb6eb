import sqlite3
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from reconciler.emulator import late, logs, object_setting_store, objects, schema
from reconciler.emulator.braket.job_schema import SCHEMA as JOBS
from reconciler.emulator.braket.spending_schema import SCHEMA as SPENDING
from reconciler.emulator.broken import WorldError
from reconciler.emulator.pasqal.schema import SCHEMA as PASQAL

# What each version adds to the one before. A file of an earlier version takes the steps it lacks, and keeps what it
# holds; a step that was released never changes.
_STEPS = (
    f"{schema.SCHEMA};{objects.SCHEMA}",
    f"{late.SCHEMA};{PASQAL}",
    f"{SPENDING};{JOBS};{logs.SCHEMA}",
    object_setting_store.SCHEMA,
)
VERSION = len(_STEPS)
# Seconds to wait for another process that writes.
_PATIENCE = 30


def connect(path: Path | str) -> sqlite3.Connection:
    """Open the file, upgrade it if it is older, or make it.

    Raises WorldError for a file of a later version, of another kind, and for one that can't be opened.
    """
    if path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    try:
        connection = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
    except sqlite3.Error as problem:  # a folder of that name, or no right to it
        raise WorldError(f"{path} can't be opened as a local cloud: {problem}") from problem
    try:
        _prepare(connection)
    except (sqlite3.DatabaseError, WorldError) as problem:
        connection.close()
        raise WorldError(f"{path} can't be opened as a local cloud: {problem}") from problem
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """One writing transaction. An exception takes back everything done in it."""
    # IMMEDIATE: a transaction that reads first and writes later can't be refused half-way by another process.
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # A commit that failed may have ended the transaction by itself.
        # On a broken disk the rollback fails as well, and what came first says more.
        if connection.in_transaction:
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
        raise


def empty(connection: sqlite3.Connection) -> None:
    """Take everything out of the tables, and begin a new world. In a transaction of the caller's."""
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    for (table,) in tables:
        if not table.startswith("sqlite_"):
            connection.execute(f'DELETE FROM "{table}"')  # noqa: S608 - names of our own schema
    _populate(connection)


def _prepare(connection: sqlite3.Connection) -> None:
    _use_wal(connection)
    # NORMAL survives a killed process; a power cut may take the last requests but never the file (SQLite's manual).
    connection.execute("PRAGMA synchronous = NORMAL")
    if _version(connection) == VERSION:
        return
    with transaction(connection):
        # Asked again inside: two processes may open a new or an old file at the same time.
        if (found := _version(connection)) == VERSION:
            return
        tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if not 0 <= found < VERSION or (tables and not found):
            raise WorldError(f"it has version {found}, this program reads version {VERSION}.")
        for statement in ";".join(_STEPS[found:]).split(";"):
            # One by one: executescript would commit the transaction first.
            connection.execute(statement)
        if not found:
            _populate(connection)
        connection.execute(f"PRAGMA user_version = {VERSION}")


def _use_wal(connection: sqlite3.Connection) -> None:
    """Readers and one writer at the same time. Whoever opens a new file first sets it for good."""
    patience = time.monotonic() + _PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as problem:
            # Two processes that both want to leave the old mode hold what the other needs: SQLite then refuses one
            # at once, whatever its timeout.
            if problem.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > patience:
                raise
        time.sleep(0.01)


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _populate(connection: sqlite3.Connection) -> None:
    connection.execute("INSERT INTO clock VALUES (1, 0, NULL)")
    # Ids of a world that was reset must not meet those a caller still remembers.
    connection.execute("INSERT INTO meta VALUES ('world', ?)", (uuid.uuid4().hex,))
