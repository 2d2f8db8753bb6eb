"""The lock: an object that can be put only where none is, and deleted only by whoever knows its content.

Nothing breaks a lock by itself: clocks differ, and a holder that seems dead may be on its way to a paid call. A person
may, and the journal then sees to it that the old holder records nothing more (`journal.py`).
"""

from __future__ import annotations

import json
from collections.abc import Callable

from reconciler.core.ports import Clock
from reconciler.store.crash import point
from reconciler.store.errors import LockHeld, LockInfo, LockLost, UnlockRefused
from reconciler.store.s3.certain import Certain, Others
from reconciler.store.s3.objects import Stored

_POLL = 1.0  # seconds between two looks at somebody else's lock


class S3Lock:
    """One lock object. An instance belongs to one command."""

    def __init__(self, certain: Certain, key: str, clock: Clock, new_id: Callable[[], str]) -> None:
        self._certain, self._key, self._clock, self._new_id = certain, key, clock, new_id
        self._body = b""
        self._etag = ""
        self.info: LockInfo | None = None

    def acquire(self, info: LockInfo, timeout: float) -> None:
        """Take it, trying for `timeout` seconds. Raises LockHeld, StoreFailed."""
        if self.info is not None:
            raise LockHeld(info)
        deadline = self._clock.monotonic() + timeout
        # The nonce is what makes this body ours: two commands may say the same of themselves.
        body = json.dumps({**info.to_json(), "nonce": self._new_id()}).encode() + b"\n"
        while isinstance(taken := self._certain.create(self._key, body), Others):
            if self._clock.monotonic() >= deadline:
                raise LockHeld(_holder(taken.there))
            self._clock.sleep(min(_POLL, max(0.05, deadline - self._clock.monotonic())))
        self._body, self._etag, self.info = body, taken, info
        point("after-lock")

    def release(self) -> bool:
        """Give it back. False: it had been taken from us."""
        if self.info is None:
            return False
        point("before-unlock")
        self.info = None
        return self._certain.remove(self._key, self._etag)

    def check(self) -> LockInfo:
        """Raise LockLost unless the lock in the bucket is the one we hold."""
        if self.info is None:
            raise LockLost("This command does not hold the lock")
        there = self._certain.objects.get(self._key)
        if there is None or there.body != self._body:
            raise LockLost("The lock was taken from this command")
        return self.info

    def standing(self, lock_id: str) -> tuple[LockInfo, str]:
        """The holder with this id, and the ETag of its lock. Raises UnlockRefused if it is not the holder."""
        there = self._certain.objects.get(self._key)
        if there is None:
            raise UnlockRefused(None, "Nobody holds the lock")
        info = _holder(there)
        if info is None or info.id != lock_id:
            raise UnlockRefused(info, f"The lock is not held under the id {lock_id!r}")
        return info, there.etag

    def take_away(self, etag: str) -> None:
        """Delete that very lock. Raises UnlockRefused when another one stands there by now."""
        if not self._certain.remove(self._key, etag):
            raise UnlockRefused(None, "The lock was given back meanwhile")


def _holder(there: Stored | None) -> LockInfo | None:
    if there is None:  # given back in the moment when we looked
        return None
    try:
        values = json.loads(there.body)
        values.pop("nonce", None)
        return LockInfo(**values)
    except (ValueError, TypeError, AttributeError):
        return None
