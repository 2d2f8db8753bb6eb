"""The journal's lines: `sequence group length checksum event`, so that what was never finished shows."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from reconciler.core.collector import collector_paused
from reconciler.core.event import Event, event_from_json, event_to_json
from reconciler.store.errors import StateUnreadable

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


def line(number: int, group: int, body: bytes) -> bytes:
    """The whole line. The checksum covers the numbers too."""
    return b"%d %d %d %s %s\n" % (number, group, len(body), _checksum(number, group, body), body)


def _checksum(number: int, group: int, body: bytes) -> bytes:
    return hashlib.sha256(b"%d %d %s" % (number, group, body)).hexdigest()[:16].encode()


def scan(data: bytes, name: str, folded: int) -> Scan:
    """Read a journal whose events up to `folded` are in the saved state.

    Raises StateUnreadable naming the line, when a line is broken that had been synced, or when events are missing.
    A broken line is only the trace of a crash when nothing synced later follows it. Lines of its own sync may follow:
    a power cut can keep the second page of a write and lose the first. All of them were never acknowledged.
    """
    with collector_paused():
        return _scan(data, name, folded)


def _scan(data: bytes, name: str, folded: int) -> Scan:
    entries: list[Entry] = []
    length, last = 0, folded
    for at, text in enumerate(data.splitlines(keepends=True), start=1):
        entry = _read(text, name, at)
        if entry is None:
            _check_torn(data[length:], last, name, at)
            return Scan(tuple(entries), length, torn=True)
        if entry.number != last + 1 and (entries or entry.number > folded):
            raise StateUnreadable(name, f"goes on with event {entry.number} after event {last} in line {at}")
        entries.append(entry)
        length, last = length + len(text), entry.number
    return Scan(tuple(entries), length)


def _check_torn(tail: bytes, last: int, name: str, at: int) -> None:
    for text in tail.splitlines(keepends=True)[1:]:
        entry = _read(text, name, at)
        if entry is not None and entry.group > last + 1:
            raise StateUnreadable(name, f"is broken in line {at}, and whole lines follow it")


def _read(text: bytes, name: str, at: int) -> Entry | None:
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
        return Entry(number, group, event_from_json(json.loads(body)))
    except ValueError as error:
        # The checksum holds, so this is what its writer meant.
        why = f"holds something in line {at} that this qctl does not know ({error})"
        raise StateUnreadable(name, why, "Use the qctl that wrote it, or a later one.") from error
