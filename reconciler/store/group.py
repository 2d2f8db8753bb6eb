"""Many threads record events, one of them writes for all who arrive meanwhile: one sync, or one request, for many."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod

from reconciler.core.event import Event
from reconciler.store.errors import StoreError, StoreFailed
from reconciler.store.line import payload


class _Ticket:
    """The lines of one `append` call, waiting for a sync."""

    __slots__ = ("bodies", "done", "error")

    def __init__(self, bodies: list[bytes]) -> None:
        self.bodies = bodies
        self.done = False
        self.error: StoreError | None = None


class GroupCommit(ABC):
    """A journal in the hands of the lock's holder. Threads may share it."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._room = threading.Condition()
        self.waiting: list[_Ticket] = []
        self._writing = False
        self._broken: StoreFailed | None = None

    @abstractmethod
    def _write(self, bodies: list[bytes]) -> None:
        """Make these durable, in this order. Raises a StoreError: then nobody may rely on them."""

    def append(self, events: tuple[Event, ...]) -> None:
        """Return when the events are durable. Raises StoreFailed: then nobody may rely on them."""
        ticket = _Ticket([payload(event) for event in events])
        with self._room:
            self.waiting.append(ticket)
            # Whoever comes first writes for all who arrive during the sync before it: one sync for many threads.
            self._room.wait_for(lambda: ticket.done or not self._writing)
            if ticket.done:
                return _raise(ticket.error)
            self._writing = True
            batch, self.waiting = self.waiting, []
        # Without an answer from _commit this thread was interrupted, perhaps in the middle of a line.
        error: StoreError | None = StoreFailed(f"Writing {self._name}", "interrupted")
        try:
            error = self._commit(batch)
        finally:
            self._finish(batch, error)
        return _raise(error)

    def _commit(self, batch: list[_Ticket]) -> StoreError | None:
        try:
            if self._broken:
                return self._broken
            self._write([body for ticket in batch for body in ticket.bodies])
        except StoreError as error:
            return error
        return None

    def _finish(self, batch: list[_Ticket], error: StoreError | None) -> None:
        with self._room:
            self._writing = False
            if isinstance(error, StoreFailed):
                # After a failed sync nobody knows which pages are on disk, and a second sync may lie. After a failed
                # request nobody knows whether it will still be carried out. Write no more.
                self._broken = error
            for ticket in batch:
                ticket.done, ticket.error = True, error
            self._room.notify_all()

    def _still(self) -> None:
        """Wait until nobody writes. The caller holds `_room`."""
        self._room.wait_for(lambda: not self._writing)


def _raise(error: StoreError | None) -> None:
    if error:
        raise error
