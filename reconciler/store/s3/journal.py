"""The journal in a bucket: numbered objects, each put only where none is. That is the fence, and it needs no clock.

Whoever wants to record something puts it under the number after the last one it knows. Of two writers one comes first;
the other is refused, finds out who was there, and stops for good: it could not know what it missed. So a holder whose
lock was taken away can record intents until its successor records the first of its own, and not one after that; and
what it recorded before is read by the successor, or refuses the successor's first object. Nothing is unseen, and no
call is made that is not on record.

When a saved state holds the events, their objects are deleted; but not the first one of each writer. It stands under
the very number that its predecessor would use next, and must stand there as long as a predecessor can come back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from reconciler.core.ports import Clock
from reconciler.store.crash import point
from reconciler.store.errors import Conflict, LockLost, StateUnreadable, StoreError
from reconciler.store.group import GroupCommit
from reconciler.store.line import purpose
from reconciler.store.s3.certain import Certain, Others
from reconciler.store.s3.group_object import Group, decode_group, encode_group
from reconciler.store.s3.lock import S3Lock
from reconciler.store.s3.objects import Listed, Unmet, Unsure
from reconciler.store.sealed import Seal

# How long a first object is kept; a command that has held its lock for a third of it records nothing more.
KEPT: Final = timedelta(days=90)
LONGEST: Final = timedelta(days=30)
_DIGITS = 12
_THREADS = 8


class Vanished(Exception):  # noqa: N818 - named after the situation
    """A listed object is gone: somebody saved the state that holds it. Read again."""


@dataclass(slots=True)
class JournalObjects:
    """Reading and tidying the journal. What was read once is not read again: an object never changes."""

    certain: Certain
    prefix: str  # of keys; ends with /
    seal: Seal
    known: dict[int, Group] = field(default_factory=dict)

    def key(self, number: int) -> str:
        """The object's key."""
        return f"{self.prefix}{number:0{_DIGITS}d}"

    def after(self, number: int) -> list[Listed]:
        """The objects after this number."""
        found = self.certain.objects.keys(self.prefix, self.key(number) if number else "")
        return [one for one in found if one.key.removeprefix(self.prefix).isdigit()]

    def number(self, listed: Listed) -> int:
        """The number in its key."""
        return int(listed.key.removeprefix(self.prefix))

    def groups(self, listed: Sequence[Listed], folded: int) -> list[Group]:
        """What was recorded after `folded`. Raises Vanished, StateUnreadable."""
        numbers = [number for number in map(self.number, listed) if number > folded]
        with ThreadPoolExecutor(_THREADS) as pool:
            groups = list(pool.map(self.read, numbers))
        last = folded
        for group in groups:
            if group.number != last + 1:
                raise Vanished(f"{self.key(last + 1)}")
            last = group.last
        return groups

    def read(self, number: int) -> Group:
        """One object. Raises Vanished."""
        if number not in self.known:
            key = self.key(number)
            there = self.certain.objects.get(key)
            if there is None:
                raise Vanished(key)
            group = decode_group(self.seal.open(there.body, purpose(number), key), key)
            if group.number != number:
                raise StateUnreadable(key, f"says that it is number {group.number}")
            self.known[number] = group
        return self.known[number]

    def tidy(self, folded: int, now: datetime) -> None:
        """Delete what a saved state holds, but first objects younger than KEPT. What fails is left for the next one."""
        old = [one for one in self.after(0) if self.number(one) <= folded and self._is_needless(one, now)]

        def delete(listed: Listed) -> None:
            try:
                self.certain.objects.delete(listed.key)
            except (StoreError, Unmet, Unsure):
                return

        with ThreadPoolExecutor(_THREADS) as pool:
            list(pool.map(delete, old))

    def _is_needless(self, listed: Listed, now: datetime) -> bool:
        known = self.known.get(self.number(listed))
        return (known is not None and not known.head) or now - listed.modified > KEPT

    def fence(self, after: int, lock: str, new_id: Callable[[], str]) -> None:
        """Take the number that the holder of this lock would use next, so that it records nothing more."""
        last = after
        while True:
            for listed in self.after(last):
                last = max(last, self.read(self.number(listed)).last)
            body = self.seal.seal(encode_group(last + 1, lock, new_id(), [], head=True), purpose(last + 1))
            if not isinstance(self.certain.create(self.key(last + 1), body), Others):
                return


class S3Journal(GroupCommit):
    """The journal in the hands of the lock's holder. `last` is the last number that it knows."""

    def __init__(
        self, objects: JournalObjects, lock: S3Lock, last: int, clock: Clock, new_id: Callable[[], str]
    ) -> None:
        super().__init__(objects.prefix)
        self._objects, self._lock, self._clock, self._new_id = objects, lock, clock, new_id
        self.last = last
        self._began = clock.now()
        self._head = True
        self._lost: StoreError | None = None

    def _write(self, bodies: list[bytes]) -> None:
        if self._lost is not None:
            raise self._lost
        if self._lock.info is None:
            raise LockLost("This command does not hold the lock")
        if self._clock.now() - self._began > LONGEST:
            raise LockLost(
                f"The lock was taken {LONGEST.days} days ago, and nothing proves any more that it still holds"
            )
        number, lock = self.last + 1, self._lock.info.id
        plain = encode_group(number, lock, self._new_id(), bodies, head=self._head)
        sealed = self._objects.seal.seal(plain, purpose(number))
        point("before-journal")
        taken = self._objects.certain.create(self._objects.key(number), sealed)
        if isinstance(taken, Others):
            self._lost = self._why()
            raise self._lost
        point("after-journal")
        self._objects.known[number] = decode_group(plain, self._objects.key(number))
        self._head = False
        self.last += len(bodies)

    def _why(self) -> StoreError:
        """Somebody recorded something under our number: either we lost the lock, or its former holder did it."""
        try:
            self._lock.check()
        except LockLost as lost:
            return lost
        if not self._head:
            return LockLost("Another command records now")
        return Conflict(None, f"{self._name} grew after it was read")
