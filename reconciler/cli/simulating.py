"""Where this project simulates, and how that is shown while it lasts."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from reconciler.cli.terminal import output
from reconciler.core.progress import Progress
from reconciler.manifest.project_simulate import Simulate
from reconciler.simulate.executor import Place
from reconciler.workflow.simulating import Simulating
from reconciler.workflow.simulation_cache import simulation_cache


def simulating_of(root: Path, said: Simulate) -> Simulating:
    """As the project says. Starts nothing."""
    place = Place(said.scheduler or "", said.processes, said.time_limit, said.max_qubits)
    return Simulating(place, partial(simulation_cache, root, os.environ), _watch)


@contextmanager
def _watch() -> Iterator[Callable[[Progress], None]]:
    """A bar on a terminal, never on standard output: that holds the plan alone, as JSON too, however it was found."""
    out = output()
    if not out.error_live:
        yield lambda _moment: None
        return
    from reconciler.render.live_view import LiveView  # rich takes longer to import than most commands run

    with LiveView(out, beside=True) as shown:
        yield shown.tell
