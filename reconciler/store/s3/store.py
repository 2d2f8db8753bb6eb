"""State in a bucket: an object, its journal, its lock, and earlier copies. docs/state.md says what protects what."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from reconciler.core.event import Event, Intended, Verb
from reconciler.core.ports import Clock
from reconciler.core.state import Record, State, fold
from reconciler.store.copies import (
    KEPT_COPIES,
    Copy,
    copy_name,
    copy_of,
    decode_moved,
    encode_moved,
    newest,
    no_such_copy,
)
from reconciler.store.crash import point
from reconciler.store.errors import Conflict, LockInfo, LockLost, StateUnreadable, StoreError
from reconciler.store.format import Header, decode, decode_header, encode
from reconciler.store.local import random_id
from reconciler.store.port import Held, Snapshot
from reconciler.store.s3.certain import Certain, Others
from reconciler.store.s3.group_object import Group
from reconciler.store.s3.journal import JournalObjects, S3Journal, Vanished
from reconciler.store.s3.lock import S3Lock
from reconciler.store.s3.objects import Listed, Objects, Stored, Unmet, Unsure
from reconciler.store.sealed import Seal, Unsealed
from reconciler.store.successor import Names, check_successor, named_environments

_READ_TRIES = 8
Records = dict[str, Record]


class Guard(Protocol):
    """Says whether a bucket can be trusted with a lock; asked before the lock is taken."""

    def __call__(self) -> None:
        """Raise a StoreError if not."""


def trusting() -> None:
    """The guard of a bucket that was looked at already."""


@dataclass(frozen=True, slots=True)
class Keys:
    """Where in the bucket one environment of one project rests."""

    base: str

    @property
    def state(self) -> str:
        """The saved state."""
        return f"{self.base}.json"

    @property
    def lock(self) -> str:
        """The lock, while somebody holds it."""
        return f"{self.base}.lock"

    @property
    def journal(self) -> str:
        """Before the numbers of the journal's objects."""
        return f"{self.base}.journal/"

    @property
    def history(self) -> str:
        """Before the names of earlier copies."""
        return f"{self.base}.history/"

    @property
    def moved(self) -> str:
        """What says that the state lives elsewhere now. It lies among the journal, so that one list tells both."""
        return f"{self.journal}moved"


class S3Store:
    """Implements Store for one environment of one project. An instance belongs to one command."""

    def __init__(
        self,
        objects: Objects,
        prefix: str,
        names: Names,
        *,
        clock: Clock,
        seal: Seal | None = None,
        guard: Guard = trusting,
        new_id: Callable[[], str] = random_id,
    ) -> None:
        """Touch nothing yet."""
        self._names = names
        self._folder = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self.keys = Keys(f"{self._folder}{names.project}.{names.environment}")
        self._objects, self._certain, self._clock = objects, Certain(objects, clock), clock
        self._seal, self._guard, self._new_id = seal or Unsealed(), guard, new_id
        self._lock = S3Lock(self._certain, self.keys.lock, clock, new_id)
        self._groups = JournalObjects(self._certain, self.keys.journal, self._seal)
        self._journal: S3Journal | None = None
        self._opening = threading.Lock()
        self._seen = 0  # the last event that `read` has shown to the caller
        self._found = 0  # the last event that was there when this lock's journal was opened
        self._current = False  # whether that reading came after the lock

    def read(self) -> Snapshot:
        """What is remembered. Needs no lock."""
        header, records, groups, version = self._consistent()
        entries = [entry for group in groups for entry in group.entries]
        self._seen, self._current = groups[-1].last if groups else header.folded, True
        state = fold(header.state(records), (entry.event for entry in entries))
        begun = (e.event for e in entries if isinstance(e.event, Intended) and e.event.verb is Verb.CREATE)
        unsaved = frozenset(event.token for event in begun)
        return Snapshot(state, version, unsaved=unsaved, gone=0 if version else newest(self.history()))

    def write(self, state: State, if_version: str | None) -> str:
        """Save and return the new version, then delete the journal's objects that it holds."""
        self._lock.check()
        journal = self._opened()
        there, standing = self._standing()
        check_successor(standing, state, if_version, self.keys.state)
        if self._seen < self._found or self._groups.after(journal.last):
            # Something was recorded that the caller did not read: saving would claim that it is folded in.
            raise Conflict(standing.standing if standing else None, f"{self.keys.journal} grew after it was read")
        before = standing.serial if standing else newest(self.history())
        header = self._names.next(state, before, self._new_id(), journal.last)
        plain = encode(header, state.records)
        point("before-state")
        self._save(self._seal.seal(plain, "state"), there)
        point("after-state")
        self._groups.tidy(header.folded, self._clock.now())
        point("after-journal-empty")
        self._keep_copy(header, plain)
        return header.write_id

    def lock(self, info: LockInfo, timeout: float = 0.0) -> Held:
        """Take the lock; on first use of a bucket it is asked first whether it keeps its word."""
        self._guard()
        self._lock.acquire(info, timeout)
        self._current = False
        return Held(info)

    def unlock(self, held: Held) -> bool:
        """Give the lock back. False: it had been taken from us."""
        self._journal = None
        return self._lock.release()

    def force_unlock(self, lock_id: str) -> LockInfo:
        """Take the lock away from the holder with this id. From here on it can't record anything."""
        info, etag = self._lock.standing(lock_id)
        _, standing = self._standing()
        self._groups.fence(standing.folded if standing else 0, f"taken from {lock_id}", self._new_id)
        self._lock.take_away(etag)
        return info

    def append(self, *events: Event) -> None:
        """Record these events; they are in the bucket when this returns."""
        if self._lock.info is None:
            raise LockLost("This command does not hold the lock")
        if events:
            self._opened().append(events)

    def environments(self) -> Sequence[str]:
        """Those with an object under this prefix."""
        project = self.keys.base.removesuffix(self._names.environment)
        found = (one.key.removeprefix(self._folder) for one in self._objects.keys(project))
        return named_environments(self._names.project, (name.partition("/")[0] for name in found))

    def history(self) -> Sequence[Copy]:
        """Earlier saves, newest first."""
        found = self._objects.keys(self.keys.history)
        copies = [copy_of(one.key.removeprefix(self.keys.history), str(one.modified.isoformat())) for one in found]
        return sorted((c for c in copies if c), key=lambda copy: copy.serial, reverse=True)

    def past(self, serial: int) -> State:
        """An earlier save."""
        for copy in self.history():
            if copy.serial == serial and (there := self._objects.get(self.keys.history + copy.name)):
                header, records = decode(self._seal.open(there.body, "state", copy.name), copy.name)
                self._names.check_owner(header, copy.name)
                return header.state(records)
        raise no_such_copy(serial)

    def retire(self, to: str) -> None:
        """Say that the state lives elsewhere now: nobody reads it here any more."""
        self._lock.check()
        body = encode_moved(to, self._new_id())
        if isinstance(self._certain.create(self.keys.moved, body), Others):
            self._lock.check()  # somebody said so before, in a migration that broke off

    def welcome(self) -> None:
        """The state comes back here."""
        with_mark = self._objects.get(self.keys.moved)
        if with_mark is not None:
            self._certain.remove(self.keys.moved, with_mark.etag)

    def _consistent(self) -> tuple[Header, Records, list[Group], str | None]:
        hole = ""
        for _ in range(_READ_TRIES):
            # The journal's list first. A writer saves the state and then deletes objects; read in this order, whatever
            # was already gone from the journal is in the state that is read after it.
            listed = self._list()
            there = self._objects.get(self.keys.state)
            header, records = self._decoded(there)
            try:
                groups = self._groups.groups(listed, header.folded)
            except Vanished as error:
                hole = str(error)
                continue
            return header, records, groups, header.write_id if there else None
        raise StateUnreadable(self.keys.state, f"does not fit its journal: {hole} is missing", _hole(self.keys))

    def _list(self) -> list[Listed]:
        listed = list(self._objects.keys(self.keys.journal))
        if listed and listed[-1].key == self.keys.moved:
            there = self._objects.get(self.keys.moved)
            if there is not None:
                raise decode_moved(there.body, self.keys.state)
            listed.pop()
        return [one for one in listed if one.key.removeprefix(self.keys.journal).isdigit()]

    def _decoded(self, there: Stored | None) -> tuple[Header, Records]:
        if there is None:
            return self._names.fresh(self._new_id()), {}
        header, records = decode(self._opened_state(there), self.keys.state)
        self._names.check_owner(header, self.keys.state)
        return header, records

    def _opened_state(self, there: Stored) -> bytes:
        return self._seal.open(there.body, "state", self.keys.state)

    def _standing(self) -> tuple[Stored | None, Header | None]:
        there = self._objects.get(self.keys.state)
        return there, decode_header(self._opened_state(there), self.keys.state) if there else None

    def _opened(self) -> S3Journal:
        with self._opening:
            if self._journal is None:
                # After the last event that the caller knows: if more was recorded since, the first append is refused.
                self._found = self._seen if self._current else self._last()
                self._journal = S3Journal(self._groups, self._lock, self._found, self._clock, self._new_id)
            return self._journal

    def _last(self) -> int:
        """The last number that is taken, for who records something before reading."""
        header, _, groups, _ = self._consistent()
        return groups[-1].last if groups else header.folded

    def _save(self, body: bytes, there: Stored | None) -> None:
        key = self.keys.state
        put = partial(self._certain.replace, etag=there.etag) if there else self._certain.create
        taken = put(key, body)
        if isinstance(taken, Others):
            _, standing = self._standing()
            raise Conflict(standing.standing if standing else None, f"{key} was saved by another command")

    def _keep_copy(self, header: Header, plain: bytes) -> None:
        """For people who look back. A copy that can't be kept is no reason to fail: the state is saved."""
        try:
            name = copy_name(header.serial, header.write_id)
            self._objects.put(self.keys.history + name, self._seal.seal(plain, "state"), None)
            for copy in self.history()[KEPT_COPIES:]:
                self._objects.delete(self.keys.history + copy.name)
        except (StoreError, Unmet, Unsure):
            return


def _hole(keys: Keys) -> str:
    return (
        "Somebody deleted the state or a part of its journal, or put an older copy back: what happened in between is "
        f"not on record. Delete {keys.state} and all of {keys.journal} in the bucket, but keep {keys.history}: then "
        "`qctl state history` and `qctl state restore` bring the newest save back, and `qctl plan --refresh=all` finds "
        "runs that carry qctl's tags. Read every `+` before you apply."
    )
