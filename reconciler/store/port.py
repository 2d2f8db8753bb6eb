"""What the workflow asks of a place where state rests. The local folder is one; an S3 bucket can be another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Protocol

from reconciler.core.event import Event
from reconciler.core.state import State
from reconciler.store.copies import Copy
from reconciler.store.errors import LockInfo, StoreError


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The saved state folded with the events that came after it.

    `version` names what is saved, for `Store.write`; None: nothing was saved yet. `torn` tells that the journal ends in
    a line that its writer never finished: nobody was told that it is on disk, so it is dropped.
    """

    state: State
    version: str | None
    torn: bool = False
    unsaved: frozenset[str] = frozenset()  # tokens of creates that a command began and did not live to save
    gone: int = 0  # the newest earlier save that is kept, of a state that somebody deleted


@dataclass(frozen=True, slots=True)
class Held:
    """The proof that `Store.lock` succeeded."""

    info: LockInfo


class Store(Protocol):
    """Where one environment of one project is remembered. Every method may raise StoreFailed."""

    def read(self) -> Snapshot:
        """What is remembered. Needs no lock. Raises StateUnreadable and StateTooNew, never invents an empty state."""

    def write(self, state: State, if_version: str | None) -> str:
        """Save and return the new version; the serial is raised here.

        `state` must be what `read` gave under this lock, folded with every event appended since, and with the word of
        how this command ended. Raises Conflict when
        something else than `if_version` stands there, LockLost without the lock.
        """

    def lock(self, info: LockInfo, timeout: float = 0.0) -> Held:
        """Take the lock, waiting at most `timeout` seconds. Raises LockHeld."""

    def unlock(self, held: Held) -> bool:
        """Give the lock back. False: it had been taken from us."""

    def force_unlock(self, lock_id: str) -> LockInfo:
        """Take the lock away from the holder with this id, on a person's word. Raises UnlockRefused."""

    def append(self, *events: Event) -> None:
        """Record these events. They are durable when this returns. Any thread may call it. Raises LockLost."""


class Archive(Store, Protocol):
    """A store that people can look back in, and leave: every real one."""

    def environments(self) -> Sequence[str]:
        """The environments of a project with this one's name that have a state or a journal in the same place."""

    def history(self) -> Sequence[Copy]:
        """Earlier saves that are kept, newest first."""

    def past(self, serial: int) -> State:
        """One of them. Raises StoreError when it is not kept."""

    def retire(self, to: str) -> None:
        """Under the lock: say that the state lives at `to` now. Whoever reads it here gets StateMoved."""

    def welcome(self) -> None:
        """Take back what `retire` said."""


def _unheard() -> None:
    """Nobody is told."""


@contextmanager
def locked(store: Store, info: LockInfo, timeout: float = 0.0, taken: Callable[[], None] = _unheard) -> Iterator[Held]:
    """Hold the lock for a `with` block; `taken` is called in the end if it was taken from us. Raises LockHeld."""
    held = store.lock(info, timeout)
    try:
        yield held
    except BaseException:
        with suppress(StoreError):  # what went wrong first is what people must read
            store.unlock(held)
        raise
    if not store.unlock(held):
        taken()
