"""What is remembered, and what the clouds say of it now."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.core.event import Event
from reconciler.core.state import State, fold
from reconciler.store.port import Snapshot
from reconciler.workflow.observe import Refresh, refresh
from reconciler.workflow.session import Session


@dataclass(frozen=True, slots=True)
class Remembered:
    """The state as saved, what the clouds said of it just now, and the state after that."""

    snapshot: Snapshot
    observed: tuple[Event, ...]
    seen: State


def remember(session: Session, how: Refresh = Refresh.OPEN) -> Remembered:
    """Read the state and observe. Raises CloudUnavailable, WrongAccount and the store's errors."""
    snapshot = session.store.read()
    observed = refresh(session, snapshot.state, how)
    return Remembered(snapshot, tuple(observed), fold(snapshot.state, observed))
