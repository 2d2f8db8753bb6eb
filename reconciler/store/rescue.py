"""A store that lets nothing get lost when its own place fails: the rest goes into a file on this machine.

Intents are in the journal before their call, or the call is not made. So what a rescue file holds is what came after:
outcomes, what was seen, and the state as it would have been saved. `qctl state push FILE` brings it home.
"""

from __future__ import annotations

import json
import tempfile
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, TypeVar

from reconciler.core.attempt import Outcome
from reconciler.core.event import PAYING, Concluded, Event, Intended, InvalidEvent, event_from_json, event_to_json
from reconciler.core.state import State, fold
from reconciler.core.suggest import few
from reconciler.store.copies import Copy
from reconciler.store.disk import Disk, OsDisk
from reconciler.store.errors import Conflict, LockInfo, LockLost, StateUnreadable, StoreError, StoreFailed
from reconciler.store.format import decode, encode, seal
from reconciler.store.port import Archive, Held, Snapshot
from reconciler.store.sealed import Seal
from reconciler.store.successor import Names
from reconciler.store.whole import write_whole

SUFFIX: Final = ".qctl-rescue"
_MAGIC: Final = "qctl-rescue"
_FORMAT: Final = 1
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Rescued:
    """What a rescue file holds: the state with everything folded in, and the events that were recorded nowhere else."""

    state: State
    events: tuple[Event, ...]
    why: str


def encode_rescue(rescued: Rescued, names: Names) -> bytes:
    """The file, with a checksum over all of it."""
    header = replace(names.fresh(rescued.state.lineage), serial=rescued.state.serial, log=rescued.state.log)
    document = {
        "what": _MAGIC,
        "format_version": _FORMAT,
        "why": rescued.why,
        "state": encode(header, rescued.state.records).decode(),
        "events": [event_to_json(event) for event in rescued.events],
    }
    body = json.dumps(document, ensure_ascii=False, sort_keys=True).encode()
    return body + b"\n" + seal(body) + b"\n"


def is_rescue(data: bytes) -> bool:
    """Whether this is a rescue file, as far as its first bytes tell."""
    return data.startswith(b'{"events":') and _MAGIC.encode() in data


def decode_rescue(data: bytes, names: Names, name: str) -> Rescued:
    """The file back. Raises StateUnreadable."""
    body, _, checksum = data.partition(b"\n")
    if checksum.strip() != seal(body):
        raise StateUnreadable(name, "was changed after it was written, or is cut off: its checksum does not fit")
    try:
        document: dict[str, Any] = json.loads(body)
        events = tuple(event_from_json(event) for event in document["events"])
        text, why = str(document["state"]), str(document["why"])
    except (KeyError, TypeError, ValueError, InvalidEvent) as error:
        raise StateUnreadable(name, f"is no rescue file that this qctl knows ({error})") from error
    header, records = decode(text.encode(), name)
    names.check_owner(header, name)
    return Rescued(header.state(records), events, why)


@dataclass(slots=True)
class RescuingStore:
    """Implements Archive around another one. An instance belongs to one command; its threads may share it.

    `folders` are tried in order: a full or read-only disk is one of the reasons to be here.
    """

    inner: Archive
    names: Names
    seal: Seal
    folders: Sequence[Path]
    disk: Disk = field(default_factory=OsDisk)
    _read: State | None = None
    _since: list[Event] = field(default_factory=list)
    _unsaved: list[Event] = field(default_factory=list)
    _lock_id: str = "none"
    _alone: threading.Lock = field(default_factory=threading.Lock)

    def read(self) -> Snapshot:
        """As the inner store; what was appended since the last reading is rescued if it can't be read any more."""
        snapshot = self._guarded(self.inner.read)
        with self._alone:
            self._read, self._since = snapshot.state, list(self._unsaved)
        return snapshot

    def write(self, state: State, if_version: str | None) -> str:
        """As the inner store; a state that can't be saved is rescued."""
        return self._guarded(lambda: self.inner.write(state, if_version), state)

    def lock(self, info: LockInfo, timeout: float = 0.0) -> Held:
        """As the inner store."""
        held = self.inner.lock(info, timeout)
        self._lock_id = info.id
        return held

    def unlock(self, held: Held) -> bool:
        """As the inner store."""
        return self.inner.unlock(held)

    def force_unlock(self, lock_id: str) -> LockInfo:
        """As the inner store."""
        return self.inner.force_unlock(lock_id)

    def append(self, *events: Event) -> None:
        """As the inner store; events that can't be recorded are rescued, but for intents: their call is not made."""
        try:
            self.inner.append(*events)
        except StoreError as error:
            with self._alone:
                kept = [event for event in events if not isinstance(event, Intended)]
                self._unsaved += kept
                self._since += kept
                if self._since:
                    self._rescue(error)
            raise
        with self._alone:
            self._since += events

    def environments(self) -> Sequence[str]:
        """See Archive."""
        return self.inner.environments()

    def history(self) -> Sequence[Copy]:
        """As the inner store."""
        return self.inner.history()

    def past(self, serial: int) -> State:
        """As the inner store."""
        return self.inner.past(serial)

    def retire(self, to: str) -> None:
        """As the inner store."""
        self.inner.retire(to)

    def welcome(self) -> None:
        """As the inner store."""
        self.inner.welcome()

    def _guarded(self, act: Callable[[], T], state: State | None = None) -> T:
        try:
            return act()
        except (StoreFailed, Conflict, LockLost) as error:
            with self._alone:
                if state is not None or self._since:
                    self._rescue(error, state)
            raise

    def _rescue(self, error: StoreError, state: State | None = None) -> None:
        """Write everything down, and say in the error where. The caller holds `_alone`."""
        known = state or fold(self._read or _nothing(self.names), self._since)
        rescued = Rescued(known, tuple(self._unsaved), error.diagnostic.detail)
        data = self.seal.seal(encode_rescue(rescued, self.names), "rescue")
        name = f"{self.names.project}.{self.names.environment}.{self._lock_id}{SUFFIX}"
        for folder in (*self.folders, Path(tempfile.gettempdir())):
            try:
                folder.mkdir(parents=True, exist_ok=True)
                write_whole(self.disk, folder / name, data)
            except OSError:
                continue
            self._say(error, folder / name)
            return

    def _say(self, error: StoreError, path: Path) -> None:
        told = error.diagnostic
        sent = few(list(_accepted(self._since)))
        ids = f" It has the ids of what was accepted: {sent}." if sent else ""
        if str(path) not in told.detail:
            error.diagnostic = replace(
                told,
                detail=f"{told.detail} All that this command knows is in the rescue file {path}.{ids}",
                remedy=f"When the cause is mended, bring it home: `qctl state push {path}`. {told.remedy}",
            )


def _accepted(events: Iterable[Event]) -> dict[str, None]:
    """The ids of what was paid for; of a batch that got jobs twice once."""
    paid = (e for e in events if isinstance(e, Concluded) and e.verb in PAYING and e.outcome is Outcome.ACCEPTED)
    return dict.fromkeys(event.id for event in paid)


def _nothing(names: Names) -> State:
    return names.fresh("").state({})
