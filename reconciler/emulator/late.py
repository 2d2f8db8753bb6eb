import json
import sqlite3
from typing import TYPE_CHECKING

from reconciler.emulator.message import Request

if TYPE_CHECKING:
    from reconciler.emulator.world import World

# Requests whose answer was lost, and which are carried out when the clock has passed `due`.
SCHEMA = """
CREATE TABLE late (
  seq INTEGER PRIMARY KEY, due INTEGER NOT NULL, service TEXT NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL,
  query TEXT NOT NULL, headers TEXT NOT NULL, host TEXT NOT NULL, body BLOB NOT NULL
);
"""


def put_off(connection: sqlite3.Connection, service: str, request: Request, due: int) -> None:
    """Keep a request until `due`, milliseconds since 1970 on the emulator's clock."""
    headers = json.dumps(dict(request.headers))
    connection.execute(
        "INSERT INTO late (due, service, method, path, query, headers, host, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (due, service, request.method, request.path, request.query, headers, request.host, request.body),
    )


def is_due(connection: sqlite3.Connection, now: int) -> bool:
    """Whether a request that was put off must be carried out before anything else happens."""
    return connection.execute("SELECT 1 FROM late WHERE due <= ? LIMIT 1", (now,)).fetchone() is not None


def carry_out(world: "World") -> None:
    """Carry out what is due, each request once: it leaves the table in the very transaction in which it acts.

    It acts at the time it was due, for nothing has happened since then. Nobody sees its answer, not even a refusal.
    `world` is one whose transactions do not wait for us.
    """
    # Not above: the services import the world, and the world imports this module.
    from reconciler.emulator.services import SERVICES, UNSETTLED, settle

    while True:
        try:
            with world.transaction() as session:
                found = session.connection.execute(
                    "SELECT seq, due, service, method, path, query, headers, body, host FROM late WHERE due <= ?"
                    " ORDER BY due, seq LIMIT 1",
                    (session.now,),
                ).fetchone()
                if found is None:
                    return
                seq, due, service, method, path, query, headers, body, host = found
                session.connection.execute("DELETE FROM late WHERE seq = ?", (seq,))
                request = Request(method, path, query, json.loads(headers), body, host)
                SERVICES[service](request).act(session.at(due))
        except UNSETTLED as due_runs:
            settle(world, due_runs)
