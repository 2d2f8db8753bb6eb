"""What was measured beside what was simulated, as a table with two numbers that say how well they agree."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.core.agreement import Agreement, Interval
from reconciler.render.histogram import SHOWN, choose
from reconciler.render.measure import columns, cut_middle, fill
from reconciler.render.paint import Ink, paint
from reconciler.render.visible import visible

_WIDEST = 32


def agreement_text(title: str, found: Agreement, *, colour: bool = False) -> str:
    """Outcome, measured and simulated share, and their difference; then the distances with their intervals."""
    return "\n".join([paint(visible(title), Ink.STRONG, colour), *_table(found, colour), *map(_indented, told(found))])


def told(found: Agreement) -> Iterator[str]:
    """The numbers in words, a line each."""
    yield f"total variation distance {found.distance:.4f} {_between(found.distance_interval)}"
    yield f"Hellinger fidelity       {found.fidelity:.4f} {_between(found.fidelity_interval)}"
    yield verdict(found)


def verdict(found: Agreement) -> str:
    """Whether sampling alone explains the difference."""
    if found.differs:
        return f"They differ by more than sampling explains, which is up to {found.noise:.4f} in 19 of 20 cases."
    return f"They differ by no more than sampling explains, which is up to {found.noise:.4f} in 19 of 20 cases."


def _between(interval: Interval) -> str:
    return f"(95 %: {interval.low:.4f} to {interval.high:.4f})"


def _indented(line: str) -> str:
    return f"  {line}"


def _table(found: Agreement, colour: bool) -> Iterator[str]:
    chosen = choose({**dict.fromkeys(found.simulated, 0), **found.measured}, SHOWN)
    names = [cut_middle(visible(state), _WIDEST) for state, _ in chosen.states]
    widest = max([5, *map(columns, names)])
    yield paint(f"  {fill('STATE', widest)}  MEASURED  SIMULATED  DIFFERENCE", Ink.QUIET, colour)
    shots, trials = sum(found.measured.values()), sum(found.simulated.values())
    for name, (state, count) in zip(names, chosen.states, strict=True):
        ours, theirs = count / shots, found.simulated.get(state, 0) / trials
        yield f"  {fill(name, widest)}    {ours:.4f}     {theirs:.4f}     {ours - theirs:+.4f}"
    if chosen.remark:
        yield f"  {chosen.remark}"
