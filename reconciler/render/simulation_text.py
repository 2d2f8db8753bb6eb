"""What runs came to on this machine, in two lines for each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconciler.core.simulation import Simulation
from reconciler.render.histogram import bar
from reconciler.render.measure import cut_middle
from reconciler.render.paint import Ink, paint
from reconciler.render.visible import visible

_SHOWN = 4  # simulations of one batch
_TOP = 4  # outcomes of one simulation
_BAR = 8
_WIDEST = 24


def simulation_lines(made: Sequence[Simulation], colour: bool = False, *, full: bool = False) -> Iterator[str]:
    """How each was simulated with its most frequent outcomes, or why it was not; of many jobs the first few."""
    shown = made if full else made[:_SHOWN]
    for simulation in shown:
        yield from _lines(simulation, colour)
    if len(made) > len(shown):
        yield paint(f"… and {len(made) - len(shown)} more simulated jobs", Ink.QUIET, colour)


def _lines(simulation: Simulation, colour: bool) -> Iterator[str]:
    name = f"job {simulation.label} " if simulation.label else ""
    if simulation.failure:
        yield visible(f"{name}not simulated: {simulation.failure}")
        return
    kept = sum(v.passed for v in simulation.verdicts)
    held = _held(kept, len(simulation.verdicts))
    yield visible(f"{name}simulated on {simulation.backend}, {simulation.shots} shots, seed {simulation.seed}{held}")
    yield f"  {_outcomes(simulation, colour)}"


def _held(kept: int, all_: int) -> str:
    if not all_:
        return ""
    if kept == all_:
        return f"; {'its assertion holds' if all_ == 1 else f'all {all_} assertions hold'}"
    if all_ == 1:
        return "; its assertion fails"
    return f"; {all_ - kept} of {all_} assertions {'fails' if all_ - kept == 1 else 'fail'}"


def _outcomes(simulation: Simulation, colour: bool) -> str:
    top = simulation.top(_TOP)
    most = top[0][1] if top else 1
    parts = []
    for outcome, count in top:
        drawn = paint(bar(count / most, _BAR, unicode=True), Ink.KNOWN, colour)
        parts.append(f"{cut_middle(visible(outcome), _WIDEST)} {drawn} {count / simulation.shots:.3f}")
    left = len(simulation.counts) - len(top)
    if left:
        rest = simulation.shots - sum(count for _, count in top)
        parts.append(f"{left} more {rest / simulation.shots:.3f}")
    return "  ".join(parts)
