"""State in a folder on this machine: a file, its journal and its lock."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from reconciler.core.event import Event, Intended, Verb
from reconciler.core.ports import Clock
from reconciler.core.state import State, fold
from reconciler.store.copies import Copy, decode_moved, encode_moved, newest
from reconciler.store.crash import point
from reconciler.store.disk import Disk, OsDisk, failing_as_store
from reconciler.store.errors import Conflict, LockInfo, StoreError
from reconciler.store.format import Header, decode, decode_header, encode
from reconciler.store.journal import Journal, read_journal
from reconciler.store.line import scan
from reconciler.store.local_copies import LocalCopies
from reconciler.store.lock import FileLock
from reconciler.store.port import Held, Snapshot
from reconciler.store.sealed import Seal, Unsealed
from reconciler.store.successor import Names, check_successor, named_environments
from reconciler.store.whole import write_whole


def random_id() -> str:
    """128 random bits in hex: a lineage, a write."""
    return secrets.token_hex(16)


class LocalStore:
    """One environment of one project. An instance belongs to one command; its threads may share it."""

    def __init__(
        self,
        folder: Path,
        names: Names,
        *,
        clock: Clock,
        disk: Disk | None = None,
        seal: Seal | None = None,
        new_id: Callable[[], str] = random_id,
    ) -> None:
        """Touch nothing yet."""
        self._names = names
        self._folder, self._disk, self._new_id = folder, disk or OsDisk(), new_id
        self._seal = seal or Unsealed()
        base = f"{names.project}.{names.environment}"
        self._file = folder / f"{base}.json"
        self._journal_file = folder / f"{base}.journal"
        self._moved_file = folder / f"{base}.moved"
        self._copies = LocalCopies(folder / f"{base}.history", self._disk)
        self._lock = FileLock(folder / f"{base}.lock", clock)
        self._journal: Journal | None = None
        self._opening = threading.Lock()
        self._seen = 0  # the last event that `read` has shown to the caller
        self._found = 0  # the last event that was there when this lock's journal was opened

    def read(self) -> Snapshot:
        """What is remembered. Needs no lock."""
        # The journal first. A writer saves the state and then empties the journal; read in this order, whatever was
        # already gone from the journal is in the state that is read after it. In the other order we could miss both.
        self._check_moved()
        lines = read_journal(self._journal_file, self._disk)
        data = self._saved()
        header, records = decode(data, self._file.name) if data is not None else (self._fresh(), {})
        self._names.check_owner(header, self._file.name)
        found = scan(lines, self._journal_file.name, header.folded, self._seal)
        news = [entry for entry in found.entries if entry.number > header.folded]
        self._seen = news[-1].number if news else header.folded
        state = fold(header.state(records), (entry.event for entry in news))
        begun = (e.event for e in news if isinstance(e.event, Intended) and e.event.verb is Verb.CREATE)
        unsaved = frozenset(event.token for event in begun)
        if data is None:
            return Snapshot(state, None, found.torn, unsaved, gone=newest(self._copies.all()))
        return Snapshot(state, header.write_id, found.torn, unsaved)

    def write(self, state: State, if_version: str | None) -> str:
        """Save and return the new version, then empty the journal."""
        self._lock.check()
        journal = self._opened()
        standing = self._standing()
        self._check_version(standing, state, if_version)
        before = standing.serial if standing else newest(self._copies.all())
        header = self._names.next(state, before, self._new_id(), journal.last)
        plain = encode(header, state.records)
        point("before-state")
        with failing_as_store(f"Saving {self._file.name}"):
            self._replace(self._seal.seal(plain, "state"), header.write_id)
        point("after-state")
        journal.empty(header.folded)
        point("after-journal-empty")
        self._copies.keep(header, self._seal.seal(plain, "state"))
        return header.write_id

    def lock(self, info: LockInfo, timeout: float = 0.0) -> Held:
        """Take the lock; the folder is made on first use."""
        with failing_as_store(f"Making {self._folder.name}"):
            self._folder.mkdir(parents=True, exist_ok=True)
        self._lock.acquire(info, timeout)
        try:
            self._sweep()
        except StoreError:
            self._lock.release()
            raise
        return Held(info)

    def unlock(self, held: Held) -> bool:
        """Give the lock back. False: it had been taken from us."""
        if self._journal:
            self._journal.close()
            self._journal = None
        return self._lock.release()

    def force_unlock(self, lock_id: str) -> LockInfo:
        """Take the lock away from the holder with this id."""
        return self._lock.take_away(lock_id)

    def append(self, *events: Event) -> None:
        """Record these events; they are on disk when this returns."""
        self._lock.check()
        if events:
            self._opened().append(events)

    def environments(self) -> Sequence[str]:
        """Those with a file in this folder."""
        with failing_as_store(f"Reading {self._folder.name}"):
            try:
                return named_environments(self._names.project, self._disk.names(self._folder))
            except FileNotFoundError:
                return []

    def history(self) -> Sequence[Copy]:
        """Earlier saves, newest first."""
        return self._copies.all()

    def past(self, serial: int) -> State:
        """An earlier save."""
        name, data = self._copies.read(serial)
        header, records = decode(self._seal.open(data, "state", name), name)
        self._names.check_owner(header, name)
        return header.state(records)

    def retire(self, to: str) -> None:
        """Say that the state lives elsewhere now: nobody reads it here any more."""
        self._lock.check()
        with failing_as_store(f"Writing {self._moved_file.name}"):
            write_whole(self._disk, self._moved_file, encode_moved(to, self._new_id()))

    def welcome(self) -> None:
        """The state comes back here."""
        with failing_as_store(f"Removing {self._moved_file.name}"):
            self._disk.remove(self._moved_file)
            if self._folder.exists():
                self._disk.sync_folder(self._folder)

    def _check_moved(self) -> None:
        with failing_as_store(f"Reading {self._moved_file.name}"):
            try:
                data = self._disk.read(self._moved_file)
            except FileNotFoundError:
                return
        raise decode_moved(data, self._file.name)

    def _fresh(self) -> Header:
        return self._names.fresh(self._new_id())

    def _saved(self) -> bytes | None:
        with failing_as_store(f"Reading {self._file.name}"):
            try:
                data = self._disk.read(self._file)
            except FileNotFoundError:
                return None
        return self._seal.open(data, "state", self._file.name)

    def _standing(self) -> Header | None:
        data = self._saved()
        return decode_header(data, self._file.name) if data is not None else None

    def _opened(self) -> Journal:
        with self._opening:
            if self._journal is None:
                standing = self._standing()
                folded = standing.folded if standing else 0
                self._journal = Journal(self._journal_file, self._disk, self._lock.check, folded, self._seal)
                self._found = self._journal.last
            return self._journal

    def _check_version(self, standing: Header | None, state: State, if_version: str | None) -> None:
        check_successor(standing, state, if_version, self._file.name)
        if self._seen < self._found:
            # Somebody's journal lines, perhaps of a command that died, came after our read: saving would claim that
            # they are folded in, and forget them.
            raise Conflict(standing.standing if standing else None, f"{self._journal_file.name} grew after it was read")

    def _replace(self, data: bytes, write_id: str) -> None:
        # The sync is the slow part; a person may have lost patience with us meanwhile.
        write_whole(self._disk, self._file, data, write_id, before_rename=self._lock.check)

    def _sweep(self) -> None:
        # Half-written states of killed writers. The owner of a live one was put out of the lock, and must not save.
        with failing_as_store(f"Tidying {self._folder.name}"):
            for name in self._disk.names(self._folder):
                if name.startswith(f"{self._file.name}.") and name.endswith(".tmp"):
                    self._disk.remove(self._folder / name)
