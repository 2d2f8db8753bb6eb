"""A store in memory: what survives the death of a process, and nothing else."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace

from reconciler.core.event import Event, Intended, Verb, event_from_json, event_to_json
from reconciler.core.state import State, fold
from reconciler.store.errors import LockInfo
from reconciler.store.port import Held, Snapshot


class Died(BaseException):
    """The process was killed here. No handler may do anything more."""


@dataclass
class Life:
    """How many steps (records and calls) are left until the process dies; None: it doesn't."""

    left: int | None = None
    dead: bool = False

    def step(self) -> None:
        """One more thing was done. Raises Died."""
        self.check()
        if self.left is not None:
            self.dead = self.left == 0
            self.left -= 1
        self.check()

    def check(self) -> None:
        """Raises Died if it is over."""
        if self.dead:
            raise Died


@dataclass
class MemoryStore:
    """Implements Store. Each event goes through its JSON, as on disk. Nobody else asks for the lock."""

    empty: State
    life: Life = field(default_factory=Life)
    saved: State | None = None
    journal: list[Event] = field(default_factory=list)
    written: list[Event] = field(default_factory=list)  # ever

    def read(self) -> Snapshot:
        self.life.check()
        state = fold(self.saved or self.empty, self.journal)
        creates = {e.token for e in self.journal if isinstance(e, Intended) and e.verb is Verb.CREATE}
        version = str(self.saved.serial) if self.saved else None
        return Snapshot(state, version, unsaved=frozenset(creates))

    def write(self, state: State, if_version: str | None) -> str:
        self.life.step()
        self.saved = replace(state, serial=state.serial + 1)
        self.journal.clear()
        return str(self.saved.serial)

    def append(self, *events: Event) -> None:
        for event in events:
            self.life.step()
            self.journal.append(_through_json(event))
            self.written.append(event)

    def lock(self, info: LockInfo, timeout: float = 0.0) -> Held:
        return Held(info)

    def unlock(self, held: Held) -> bool:
        return True

    def force_unlock(self, lock_id: str) -> LockInfo:
        raise NotImplementedError

    def forget(self) -> None:
        """The disk is lost."""
        self.saved = None
        self.journal.clear()


def _through_json(event: Event) -> Event:
    return event_from_json(json.loads(json.dumps(event_to_json(event))))
