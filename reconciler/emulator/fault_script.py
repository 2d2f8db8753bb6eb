import json
import sqlite3
from dataclasses import asdict, dataclass

from reconciler.emulator.faults import Rule
from reconciler.emulator.message import Request


def add(connection: sqlite3.Connection, rule: Rule) -> int:
    text = json.dumps(asdict(rule))
    found = connection.execute("INSERT INTO fault (rule, seen, fired) VALUES (?, 0, 0) RETURNING id", (text,))
    return int(found.fetchone()[0])


@dataclass(frozen=True, slots=True)
class Scripted:
    """A rule in the script; `seen` and `fired` count the requests it matched and those it hit."""

    id: int
    rule: Rule
    seen: int
    fired: int


def script(connection: sqlite3.Connection) -> tuple[Scripted, ...]:
    rows = connection.execute("SELECT id, rule, seen, fired FROM fault ORDER BY id").fetchall()
    return tuple(Scripted(id_, _stored(text), seen, fired) for id_, text, seen, fired in rows)


def _stored(text: str) -> Rule:
    # Not checked again: what an earlier qctl took must not make its file useless.
    values = json.loads(text)
    return Rule(**values | {name: tuple(values.get(name, ())) for name in ("remove", "add")})


def claim(connection: sqlite3.Connection, service: str, operation: str, request: Request) -> tuple[Rule, ...]:
    """The rules that hit this request, in the order of the script. Counts what it saw."""
    hit = []
    for line in script(connection):
        if not line.rule.matches(service, operation, request):
            continue
        struck = line.rule.hits(line.seen)
        connection.execute("UPDATE fault SET seen = seen + 1, fired = fired + ? WHERE id = ?", (struck, line.id))
        if struck:
            hit.append(line.rule)
    return tuple(hit)
