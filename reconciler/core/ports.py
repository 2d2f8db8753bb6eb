"""What the pure core and the rooms ask of the outside world, as narrow interfaces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from reconciler.core.ceiling import Budget
from reconciler.core.simulation import Settings


class Clock(Protocol):
    """Time that tests can turn by hand."""

    def now(self) -> datetime:
        """The time of day, in UTC."""

    def monotonic(self) -> float:
        """Seconds that never go back."""

    def sleep(self, seconds: float) -> None:
        """Let the time pass."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a device said of itself, and when it was asked: ISO 8601 in UTC."""

    asked: str
    answer: Mapping[str, Any]


class Shelf(Protocol):
    """Keeps what devices said, for those who can't ask them. Never raises: whatever it holds can be asked again."""

    def keep(self, device: str, told: Told) -> None:
        """Put it there, instead of what was there before."""

    def recall(self, device: str) -> Told | None:
        """What was said last; untrusted, for others may write where it lies."""


class NoShelf:
    """Implements Shelf for those who keep nothing."""

    def keep(self, device: str, told: Told) -> None:
        """Let it go."""

    def recall(self, device: str) -> Told | None:
        """Nothing."""
        return None


@dataclass(frozen=True, slots=True)
class ProjectContext:
    """What a kind may know of the project around a resource.

    `devices` maps aliases to ARNs; `bucket` is empty when the cloud's default bucket is meant.
    """

    name: str
    uid: str
    environment: str
    devices: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    bucket: str = ""
    prefix: str = ""
    simulate: Settings | None = None  # how runs are simulated that do not say it themselves
    budget: Budget | None = None  # of this environment
