"""What the pure core and the rooms ask of the outside world, as narrow interfaces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

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
