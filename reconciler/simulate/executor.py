"""Where simulations run: the same units, and the same answers, on this machine or on a cluster."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from reconciler.simulate.size import free_memory

if TYPE_CHECKING:
    from reconciler.simulate.trial import Answer, Unit

_WORTH = 1_000  # milliseconds of work that are worth another process, which takes as long to load the simulators


class Executor(Protocol):
    """Runs units. Nothing that goes wrong with one is raised: it is the failure of its points."""

    def run(self, units: Sequence[Unit], tell: Callable[[], None]) -> list[list[Answer]]:
        """The answers of each unit, in order; `tell` is called after each point, one at a time."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where, and how much: `scheduler` is the address of a Dask cluster, or empty for this machine."""

    scheduler: str = ""
    processes: int | None = None
    seconds: int = 60
    qubits: int = 26

    @property
    def width(self) -> int:
        """How many processes of this machine may work at once."""
        return self.processes or _cores()

    def executor(self, work: int) -> Executor:
        """What runs about so many milliseconds of work."""
        if self.scheduler:
            from reconciler.simulate.cluster import Cluster  # distributed: only with a cluster

            return Cluster(self.scheduler, self.seconds)
        from reconciler.simulate.pool import Pool  # threads and processes: only when there is something to do

        return Pool(max(1, min(self.width, work // _WORTH)), self.seconds)

    def limits(self) -> dict[str, int | None]:
        """What one simulation may take; on a cluster each machine knows its own memory."""
        memory = None if self.scheduler else free_memory() // self.width
        return {"qubits": self.qubits, "milliseconds": self.seconds * 1000, "memory": memory}


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):  # not on macOS
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
