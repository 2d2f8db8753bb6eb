"""Writes whose outcome is certain in the end. Every 412 is a question: it may answer a request of our own.

A request whose answer was lost, and is sent again, finds what the first one did in its way. So whatever is no plain
success is read back, and compared byte by byte: every body that is written here holds something random.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from reconciler.core.ports import Clock
from reconciler.store.errors import StoreFailed
from reconciler.store.s3.objects import Objects, Stored, Unmet, Unsure

_TRIES = 8
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 5.0  # seconds


@dataclass(frozen=True, slots=True)
class Others:
    """Something else stands there: this, or nothing."""

    there: Stored | None


@dataclass(frozen=True, slots=True)
class Certain:
    """Conditional writes of one bucket, each repeated until it is known what became of it."""

    objects: Objects
    clock: Clock

    def create(self, key: str, body: bytes) -> str | Others:
        """Put it where nothing is: its ETag, or what was there first. Raises StoreFailed."""
        return self._write(key, lambda: self.objects.put(key, body, None), body, None)

    def replace(self, key: str, body: bytes, etag: str) -> str | Others:
        """Put it over the content with this ETag: the new one, or what stands there now. Raises StoreFailed."""
        return self._write(key, lambda: self.objects.put(key, body, etag), body, etag)

    def remove(self, key: str, etag: str) -> bool:
        """Delete the content with this ETag. False: it was no longer there. Raises StoreFailed."""
        sent = False
        for why in self._tries(f"Deleting {key}"):
            try:
                self.objects.delete(key, etag)
            except Unmet as error:
                why.append(str(error))
            except Unsure as error:
                sent = True
                why.append(str(error))
            else:
                return True
            there = self.objects.get(key)
            if there is None or there.etag != etag:
                return sent  # a delete of ours, whose answer was lost, may have done it
        raise AssertionError("unreachable: the tries end by raising")

    def _write(self, key: str, put: Callable[[], str], body: bytes, expected: str | None) -> str | Others:
        for why in self._tries(f"Writing {key}"):
            try:
                return put()
            except (Unmet, Unsure) as error:
                why.append(str(error))
            there = self.objects.get(key)
            if there is not None and there.body == body:
                return there.etag
            if (there.etag if there else None) != expected:
                return Others(there)
        raise AssertionError("unreachable: the tries end by raising")

    def _tries(self, doing: str) -> Iterator[list[str]]:
        """Tries with pauses in between; each is lent a list for what went wrong. Raises StoreFailed after the last."""
        pause = _FIRST_PAUSE
        why: list[str] = []
        for left in reversed(range(_TRIES)):
            yield why
            if left:
                self.clock.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
        raise StoreFailed(doing, why[-1])
