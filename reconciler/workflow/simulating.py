"""Where and how this command simulates; a session without it tries nothing."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from reconciler.core.progress import Progress
from reconciler.simulate.executor import Place
from reconciler.workflow.simulation_cache import SimulationCache

Watch = Callable[[], AbstractContextManager[Callable[[Progress], None]]]


@dataclass(frozen=True, slots=True)
class Simulating:
    """`cache` is opened when something is to be tried; `watch` shows progress while something is simulated."""

    place: Place
    cache: Callable[[], SimulationCache]
    watch: Watch
