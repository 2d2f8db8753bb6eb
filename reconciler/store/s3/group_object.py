"""An object of the journal: who wrote it, and the events of one request, line by line as in a local journal."""

from __future__ import annotations

import json
from dataclasses import dataclass

from reconciler.store.errors import StateUnreadable
from reconciler.store.line import Entry, line, scan


@dataclass(frozen=True, slots=True)
class Group:
    """`count` numbers from `number` on are taken. `head`: the first of its writer. A fence holds no event."""

    number: int
    count: int
    lock: str
    head: bool
    entries: tuple[Entry, ...] = ()

    @property
    def last(self) -> int:
        """The last number that it takes."""
        return self.number + self.count - 1


def encode_group(number: int, lock: str, nonce: str, bodies: list[bytes], *, head: bool) -> bytes:
    """The object. Without bodies it is a fence, which takes one number. The nonce makes it unlike any other."""
    top = {"count": max(1, len(bodies)), "head": head, "lock": lock, "nonce": nonce, "number": number}
    lines = b"".join(line(number + i, number, body) for i, body in enumerate(bodies))
    return json.dumps(top, sort_keys=True).encode() + b"\n" + lines


def decode_group(data: bytes, name: str) -> Group:
    """The object back. Raises StateUnreadable."""
    top, _, lines = data.partition(b"\n")
    try:
        values = json.loads(top)
        number, count = int(values["number"]), int(values["count"])
        lock, head = str(values["lock"]), bool(values["head"])
    except (KeyError, TypeError, ValueError) as error:
        raise StateUnreadable(name, "is no part of a journal") from error
    found = scan(lines, name, number - 1)
    if found.torn or (lines and len(found.entries) != count):
        # An object is written whole or not at all: this was somebody else's work.
        raise StateUnreadable(name, "is cut off or was changed by something other than qctl")
    return Group(number, count, lock, head, found.entries)
