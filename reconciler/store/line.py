"""The journal's lines: `sequence group length checksum event`, so that what was never finished shows."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass

from reconciler.core.collector import collector_paused
from reconciler.core.event import Event, event_from_json, event_to_json
from reconciler.store.errors import StateUnreadable
from reconciler.store.sealed import Seal, Unsealed

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)


@dataclass(frozen=True, slots=True)
class Entry:
    """One event with its number; `group` is the number of the first event of the same sync."""

    number: int
    group: int
    event: Event


@dataclass(frozen=True, slots=True)
class Scan:
    """A journal as found: its entries, the bytes they take, and whether something unfinished follows."""

    entries: tuple[Entry, ...] = ()
    length: int = 0
    torn: bool = False


def payload(event: Event) -> bytes:
    """The event as one line of JSON, without the line's end."""
    return _ENCODER.encode(event_to_json(event)).encode()


def sealed(body: bytes, number: int, seal: Seal) -> bytes:
    """The event as it may lie on a disk: itself, or encrypted and again without line ends."""
    data = seal.seal(body, purpose(number))
    return data if data == body else base64.b64encode(data)


def purpose(number: int) -> str:
    """What is authenticated of a line or an object of the journal: its place."""
    return f"journal {number}"


def line(number: int, group: int, body: bytes) -> bytes:
    """The whole line. The checksum covers the numbers too."""
    return b"%d %d %d %s %s\n" % (number, group, len(body), _checksum(number, group, body), body)


def _checksum(number: int, group: int, body: bytes) -> bytes:
    return hashlib.sha256(b"%d %d %s" % (number, group, body)).hexdigest()[:16].encode()


def scan(data: bytes, name: str, folded: int, seal: Seal | None = None) -> Scan:
    """Read a journal whose events up to `folded` are in the saved state. `seal` opens lines that are encrypted.

    Raises StateUnreadable naming the line, when a line is broken that had been synced, or when events are missing.
    A broken line is only the trace of a crash when nothing synced later follows it. Lines of its own sync may follow:
    a power cut can keep the second page of a write and lose the first. All of them were never acknowledged.
    """
    with collector_paused():
        return _scan(data, name, folded, seal or Unsealed())


def _scan(data: bytes, name: str, folded: int, seal: Seal) -> Scan:
    entries: list[Entry] = []
    length, last = 0, folded
    for at, text in enumerate(data.splitlines(keepends=True), start=1):
        entry = _read(text, name, at, seal)
        if entry is None:
            _check_torn(data[length:], last, name, at, seal)
            return Scan(tuple(entries), length, torn=True)
        if entry.number != last + 1 and (entries or entry.number > folded):
            raise StateUnreadable(name, f"goes on with event {entry.number} after event {last} in line {at}")
        entries.append(entry)
        length, last = length + len(text), entry.number
    return Scan(tuple(entries), length)


def _check_torn(tail: bytes, last: int, name: str, at: int, seal: Seal) -> None:
    for text in tail.splitlines(keepends=True)[1:]:
        entry = _read(text, name, at, seal)
        if entry is not None and entry.group > last + 1:
            raise StateUnreadable(name, f"is broken in line {at}, and whole lines follow it")


def _read(text: bytes, name: str, at: int, seal: Seal) -> Entry | None:
    parts = text.split(b" ", 4)
    if len(parts) != 5 or not text.endswith(b"\n"):
        return None
    body = parts[4][:-1]
    try:
        number, group, length = (int(part) for part in parts[:3])
    except ValueError:
        return None
    if length != len(body) or parts[3] != _checksum(number, group, body):
        return None
    try:
        plain = body if body.startswith(b"{") else seal.open(base64.b64decode(body), purpose(number), name)
        return Entry(number, group, event_from_json(json.loads(plain)))
    except ValueError as error:
        # The checksum holds, so this is what its writer meant.
        why = f"holds something in line {at} that this qctl does not know ({error})"
        raise StateUnreadable(name, why, "Use the qctl that wrote it, or a later one.") from error
