"""Events, clocks and stores for the cases of this room."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from reconciler.core.attempt import Attempt, Place
from reconciler.core.event import Began, Intended, Verb
from reconciler.core.history import LogEntry
from reconciler.core.state import State
from reconciler.store.disk import Disk
from reconciler.store.errors import LockInfo
from reconciler.store.local import LocalStore
from reconciler.store.successor import Names

PLACE = Place("braket", "111122223333", "us-east-1")
START = datetime(2026, 1, 1, tzinfo=UTC)


class TurnedClock:
    """Time passes only by sleeping."""

    def __init__(self) -> None:
        self.passed = 0.0

    def now(self) -> datetime:
        return START + timedelta(seconds=self.passed)

    def monotonic(self) -> float:
        return self.passed

    def sleep(self, seconds: float) -> None:
        self.passed += seconds


def attempt(number: int) -> Attempt:
    """The attempt with this number; its token is the number."""
    return Attempt(str(number), "sha256:d", "sha256:p", 1, 1, PLACE, {"shots": 100})


def intended(number: int) -> Intended:
    """An intention to create; five addresses take turns."""
    address = f"QuantumTask/t{number % 5}"
    return Intended("2026-01-01T00:00:00Z", f"i{number}", address, Verb.CREATE, str(number), attempt(number))


def begun(entry: str, at: str = "2026-01-01T00:00:00Z") -> Began:
    """The first word of a command."""
    return Began(at, LogEntry(entry, "apply", at, "ada", "host-1", "0.1.0"))


def tokens(state: State) -> list[int]:
    """The numbers of all attempts in the state, in order."""
    return sorted(int(known.token) for record in state.records.values() for known in record.attempts)


def holder(lock_id: str = "lock-1") -> LockInfo:
    return LockInfo(lock_id, "ada", "host-1", 42, "apply", "2026-01-01T00:00:00+00:00", "0.1.0")


def store_in(folder: Path, disk: Disk | None = None, clock: TurnedClock | None = None) -> LocalStore:
    """A store with ids that count, so that a run can be repeated exactly."""
    count = iter(range(1_000_000))
    names = Names("study", "uid-1", "dev")
    return LocalStore(folder, names, clock=clock or TurnedClock(), disk=disk, new_id=lambda: f"id{next(count)}")
