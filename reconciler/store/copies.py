"""Earlier copies of a state, and the mark of one that moved elsewhere: named and written alike by every store."""

# ruff: noqa: N818 - errors are named after the problem, as in the rest of the package

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from reconciler.store.errors import StoreError

KEPT_COPIES: Final = 50
_NAME = re.compile(r"(?P<serial>[0-9]{10})-(?P<write>[A-Za-z0-9_-]{1,64})\.json")


@dataclass(frozen=True, slots=True)
class Copy:
    """One earlier save. `saved` is the time that the disk or the bucket gives, ISO 8601."""

    serial: int
    write_id: str
    saved: str
    name: str


class StateMoved(StoreError):
    """A place that the state has left. Reading it here would be reading an old copy."""

    def __init__(self, name: str, to: str) -> None:
        self.to = to
        super().__init__(
            "state/moved",
            "State lives elsewhere",
            f"{name} was moved to {to} by `qctl state migrate`. What is left here is old, so nothing was read.",
            "Use the manifest that says so. To come back, `qctl state migrate --from` that place.",
        )


def copy_name(serial: int, write_id: str) -> str:
    """The name of a copy: names are in the order of serials."""
    return f"{serial:010d}-{write_id}.json"


def copy_of(name: str, saved: str) -> Copy | None:
    """The copy with this name; None: it is something else."""
    found = _NAME.fullmatch(name)
    return Copy(int(found["serial"]), found["write"], saved, name) if found else None


def newest(copies: Sequence[Copy]) -> int:
    """The serial of the newest one; 0: none is kept.

    Where the state itself is gone, saving goes on after it: else the next copies would count as the oldest ones, and
    be the first to be forgotten.
    """
    return max((copy.serial for copy in copies), default=0)


def no_such_copy(serial: int) -> StoreError:
    """There is no such copy, or not any more."""
    return StoreError(
        "state/no-such-copy",
        "No such copy of the state",
        f"No copy with serial {serial} is kept here. The last {KEPT_COPIES} saves at this place are.",
        "See `qctl state history`.",
    )


def encode_moved(to: str, nonce: str) -> bytes:
    """The mark."""
    return json.dumps({"moved_to": to, "nonce": nonce}).encode() + b"\n"


def decode_moved(data: bytes, name: str) -> StateMoved:
    """The mark as the error that it is."""
    try:
        return StateMoved(name, str(json.loads(data)["moved_to"]))
    except (KeyError, TypeError, ValueError):
        return StateMoved(name, "another place")
