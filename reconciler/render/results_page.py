"""What runs measured beside what was simulated, as a page that stands alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reconciler.core.agreement import Agreement
from reconciler.render.agreement_text import verdict
from reconciler.render.html import page, picture
from reconciler.render.svg import Panel, histogram_svg


@dataclass(frozen=True, slots=True)
class Beside:
    """One run: what was found, or the sentence that says why nothing was."""

    name: str
    found: Agreement | None
    problem: str = ""


def results_page(project: str, runs: Sequence[Beside], *, version: str, made: str) -> str:
    """The whole page. Raises NoPages."""
    compared = sum(run.found is not None for run in runs)
    return page(
        "results.html",
        version=version,
        title=f"Results of {project}",
        summary=f"{compared} of {len(runs)} runs were compared with a simulation on this machine.",
        runs=[_run(run, f"run-{at}-") for at, run in enumerate(runs)],
        footer=f"Made by qctl {version} at {made}.",
    )


def _run(run: Beside, ident: str) -> dict[str, Any]:
    found = run.found
    if found is None:
        return {"name": run.name, "problem": run.problem}
    drawing = histogram_svg([Panel(run.name, found.measured, found.simulated)], title="Measured outcomes", ident=ident)
    distance, fidelity = found.distance_interval, found.fidelity_interval
    return {
        "name": run.name,
        "problem": "",
        "verdict": verdict(found),
        "caption": f"{sum(found.measured.values())} shots measured, {sum(found.simulated.values())} simulated",
        "drawing": picture(drawing),
        "measures": [
            _measure("Total variation distance", found.distance, distance.low, distance.high),
            _measure("Hellinger fidelity", found.fidelity, fidelity.low, fidelity.high),
        ],
    }


def _measure(name: str, value: float, low: float, high: float) -> dict[str, str]:
    return {"name": name, "value": f"{value:.4f}", "interval": f"{low:.4f} to {high:.4f}"}
