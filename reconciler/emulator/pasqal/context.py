"""What an operation of the local Pasqal may know."""

import gzip
import hashlib
import json
import sqlite3
import uuid
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from reconciler.emulator.message import Request, Response
from reconciler.emulator.pasqal.jsend import Refused, invalid
from reconciler.emulator.pasqal.query import Query
from reconciler.emulator.switches import Switches
from reconciler.emulator.world import Session

# The one project, and the one user, of the local Pasqal.
PROJECT = "00000000-0000-4000-8000-00000000c0de"
USER = "local-user"
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class Context:
    """A transaction, and the request in it: the id its path names, its query, and its JSON body (None: no body)."""

    session: Session
    request: Request
    id: str
    query: Query
    body: Any

    @property
    def connection(self) -> sqlite3.Connection:
        return self.session.connection

    @property
    def now(self) -> int:
        return self.session.now

    @property
    def switches(self) -> Switches:
        return self.session.switches

    @property
    def origin(self) -> str:
        """Scheme, host and port the caller reached us by: only this machine is served without TLS."""
        host = self.request.headers.get("host") or self.request.host
        scheme = "http" if urlsplit(f"//{host}").hostname in _LOOPBACK else "https"
        return f"{scheme}://{host}"

    def latency(self, name: str) -> int:
        """A latency switch, in milliseconds."""
        return round(self.switches.number(name) * self.switches.number("latency.factor") * 1000)


# One operation. Raises Refused, before it has written anything, or Unsettled.
Operation = Callable[[Context], Response]


def read_body(request: Request) -> Any:
    """The JSON of a body, packed with gzip or not. Raises Refused 400 or 422."""
    body = request.body
    if request.headers.get("content-encoding", "") == "gzip" and body:
        try:
            body = gzip.decompress(body)
        except (OSError, EOFError, zlib.error) as problem:
            raise Refused(400, "The body is not gzip, which its content-encoding says.") from problem
    if not body:
        return None
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as problem:
        raise invalid("The body is not JSON.", "body") from problem


def world_id(connection: sqlite3.Connection) -> str:
    return str(connection.execute("SELECT value FROM meta WHERE name = 'world'").fetchone()[0])


def next_id(context: Context, table: str) -> tuple[int, str]:
    """The next `seq` of a table of ours, and a UUID that is random but for the switch `seed`."""
    found = context.connection.execute(f"SELECT coalesce(max(seq), 0) + 1 FROM {table}").fetchone()  # noqa: S608 - ours
    seed = context.switches.text("seed")
    if seed == "0":
        seed = world_id(context.connection)
    digest = hashlib.sha256(f"{seed}:{table}:{found[0]}".encode()).digest()
    return found[0], str(uuid.UUID(bytes=digest[:16], version=4))
