"""A store that fails once, as a full disk does for a moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from reconciler.core.event import Event
from reconciler.store.errors import StoreFailed
from reconciler.workflow.session import Session


@dataclass
class FaultyStore:
    """Everything goes to `real`, but the first append that `fails` says yes to raises."""

    real: Any
    fails: Callable[[tuple[Event, ...]], bool]
    failed: bool = False

    def append(self, *events: Event) -> None:
        if not self.failed and self.fails(events):
            self.failed = True
            raise StoreFailed("Writing the journal", "no space left")
        self.real.append(*events)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)


def with_faulty_store(session: Session, fails: Callable[[tuple[Event, ...]], bool]) -> Session:
    """The same session, but for its store."""
    store: Any = FaultyStore(session.store, fails)
    return replace(session, store=store)
