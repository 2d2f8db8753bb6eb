"""What runs came to on this machine, for a page: a histogram with words, or why there is none."""

from __future__ import annotations

from typing import Any

from reconciler.core.change import Change
from reconciler.core.simulation import Simulation
from reconciler.render.html import picture
from reconciler.render.svg import Panel, histogram_svg

_MOST = 8  # simulations of one batch that are drawn


def trials_of(change: Change, anchor: str) -> list[dict[str, Any]]:
    """One for each simulation, of large batches the first ones."""
    made = change.simulations[:_MOST]
    shown = [_trial(s, str(change.address), f"{anchor}-simulation-{at}-") for at, s in enumerate(made)]
    left = len(change.simulations) - len(shown)
    if left > 0:
        shown.append({"caption": f"{left} more simulations are in the plan as JSON.", "drawing": None, "verdicts": ()})
    return shown


def _trial(simulation: Simulation, address: str, ident: str) -> dict[str, Any]:
    name = f"job {simulation.label}, " if simulation.label else ""
    if simulation.failure:
        return {"caption": f"Not simulated: {name}{simulation.failure}", "drawing": None, "verdicts": ()}
    how = f"{name}simulated on {simulation.backend} with {simulation.shots} shots, seed {simulation.seed}"
    near = "" if simulation.fidelity is None else f"{simulation.fidelity:.4f}"
    fidelity = f"; fidelity {near}" if near not in ("", "1.0000") else ""  # 1: no noise changed anything
    drawing = histogram_svg([Panel("Simulated outcomes", simulation.counts)], title=address, ident=ident)
    caption = f"{how[:1].upper()}{how[1:]}{fidelity}"
    return {"caption": caption, "drawing": picture(drawing), "verdicts": simulation.verdicts}
