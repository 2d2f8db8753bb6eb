"""State in a folder on this machine: a file, its journal and its lock."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from reconciler import __version__
from reconciler.core.address import NAME
from reconciler.core.environment import ENVIRONMENT
from reconciler.core.event import Event, Intended, Verb
from reconciler.core.ports import Clock
from reconciler.core.state import State, fold
from reconciler.store.crash import point
from reconciler.store.disk import Disk, OsDisk, failing_as_store
from reconciler.store.errors import Conflict, InvalidName, LockInfo, StateUnreadable, StoreError
from reconciler.store.format import Header, decode, decode_header, encode
from reconciler.store.journal import Journal, read_journal
from reconciler.store.line import scan
from reconciler.store.lock import FileLock
from reconciler.store.port import Held, Snapshot


def random_id() -> str:
    """128 random bits in hex: a lineage, a write."""
    return secrets.token_hex(16)


class LocalStore:
    """One environment of one project. An instance belongs to one command; its threads may share it."""

    def __init__(
        self,
        folder: Path,
        project: str,
        uid: str,
        environment: str,
        *,
        clock: Clock,
        disk: Disk | None = None,
        new_id: Callable[[], str] = random_id,
    ) -> None:
        """Touch nothing yet. Raises InvalidName, so that no file leaves the folder."""
        if not NAME.fullmatch(project):
            raise InvalidName("project name", project)
        if not ENVIRONMENT.fullmatch(environment):
            raise InvalidName("environment name", environment)
        self._names = (project, uid, environment)
        self._folder, self._disk, self._new_id = folder, disk or OsDisk(), new_id
        base = f"{project}.{environment}"
        self._file = folder / f"{base}.json"
        self._journal_file = folder / f"{base}.journal"
        self._lock = FileLock(folder / f"{base}.lock", clock)
        self._journal: Journal | None = None
        self._opening = threading.Lock()
        self._seen = 0  # the last event that `read` has shown to the caller
        self._found = 0  # the last event that was there when this lock's journal was opened

    def read(self) -> Snapshot:
        """What is remembered. Needs no lock."""
        # The journal first. A writer saves the state and then empties the journal; read in this order, whatever was
        # already gone from the journal is in the state that is read after it. In the other order we could miss both.
        lines = read_journal(self._journal_file, self._disk)
        data = self._saved()
        header, records = decode(data, self._file.name) if data is not None else (self._fresh(), {})
        self._check_owner(header)
        found = scan(lines, self._journal_file.name, header.folded)
        news = [entry for entry in found.entries if entry.number > header.folded]
        self._seen = news[-1].number if news else header.folded
        state = fold(header.state(records), (entry.event for entry in news))
        begun = (e.event for e in news if isinstance(e.event, Intended) and e.event.verb is Verb.CREATE)
        unsaved = frozenset(event.token for event in begun)
        return Snapshot(state, header.write_id if data is not None else None, found.torn, unsaved)

    def write(self, state: State, if_version: str | None) -> str:
        """Save and return the new version, then empty the journal."""
        self._lock.check()
        journal = self._opened()
        standing = self._standing()
        self._check_version(standing, state, if_version)
        header = Header(
            lineage=state.lineage,
            serial=max(state.serial, standing.serial if standing else 0) + 1,
            write_id=self._new_id(),
            tool_version=__version__,
            project_name=self._names[0],
            project_uid=self._names[1],
            environment=self._names[2],
            folded=journal.last,
        )
        point("before-state")
        with failing_as_store(f"Saving {self._file.name}"):
            self._replace(encode(header, state.records), header.write_id)
        point("after-state")
        journal.empty(header.folded)
        point("after-journal-empty")
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

    def _fresh(self) -> Header:
        project, uid, environment = self._names
        return Header(self._new_id(), 0, "", __version__, project, uid, environment, folded=0)

    def _saved(self) -> bytes | None:
        with failing_as_store(f"Reading {self._file.name}"):
            try:
                return self._disk.read(self._file)
            except FileNotFoundError:
                return None

    def _standing(self) -> Header | None:
        data = self._saved()
        return decode_header(data, self._file.name) if data is not None else None

    def _check_owner(self, header: Header) -> None:
        _, uid, environment = self._names
        if (header.project_uid, header.environment) == (uid, environment):
            return
        why = f"belongs to environment {header.environment} of a project with uid {header.project_uid}, not {uid}"
        raise StateUnreadable(self._file.name, why)

    def _opened(self) -> Journal:
        with self._opening:
            if self._journal is None:
                standing = self._standing()
                folded = standing.folded if standing else 0
                self._journal = Journal(self._journal_file, self._disk, self._lock.check, folded)
                self._found = self._journal.last
            return self._journal

    def _check_version(self, standing: Header | None, state: State, if_version: str | None) -> None:
        stands = standing.standing if standing else None
        if (stands.version if stands else None) != if_version:
            raise Conflict(stands, f"{self._file.name} was saved by another command")
        if stands and stands.lineage != state.lineage:
            raise Conflict(stands, f"{self._file.name} has another lineage: it is not an earlier form of this state")
        if self._seen < self._found:
            # Somebody's journal lines, perhaps of a command that died, came after our read: saving would claim that
            # they are folded in, and forget them.
            raise Conflict(stands, f"{self._journal_file.name} grew after it was read")

    def _replace(self, data: bytes, write_id: str) -> None:
        temp = self._file.with_name(f"{self._file.name}.{write_id}.tmp")
        try:
            handle = self._disk.append(temp)
            try:
                handle.truncate(0)
                handle.write(data)
                handle.sync()  # before the rename: or a power cut could leave the new name with an empty file
            finally:
                handle.close()
            point("after-state-temp")
            self._lock.check()  # the sync was the slow part; a person may have lost patience with us meanwhile
            self._disk.replace(temp, self._file)
        except (OSError, StoreError):
            with suppress(OSError):
                self._disk.remove(temp)
            raise
        self._disk.sync_folder(self._folder)

    def _sweep(self) -> None:
        # Half-written states of killed writers. The owner of a live one was put out of the lock, and must not save.
        with failing_as_store(f"Tidying {self._folder.name}"):
            for name in self._disk.names(self._folder):
                if name.startswith(f"{self._file.name}.") and name.endswith(".tmp"):
                    self._disk.remove(self._folder / name)
