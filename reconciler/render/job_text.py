"""The jobs of a batch in a plan: a line each, large batches by their first ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from reconciler.core.fields import FieldClass
from reconciler.core.job_change import JobAction, JobChange
from reconciler.core.phase import Phase
from reconciler.render.folding import FOLD_ABOVE, SHOWN
from reconciler.render.meaning import MEANINGS
from reconciler.render.measure import columns, cut_middle, fill
from reconciler.render.paint import Ink, paint
from reconciler.render.value import value_text
from reconciler.render.visible import visible

_SYMBOLS = {JobAction.SUBMIT: "+", JobAction.RETRY: "+", JobAction.CANCEL: "-", JobAction.NONE: " "}
_INKS = {JobAction.SUBMIT: Ink.NEW, JobAction.RETRY: Ink.NEW, JobAction.CANCEL: Ink.GONE, JobAction.NONE: Ink.QUIET}
_CLASSES = {
    JobAction.SUBMIT: FieldClass.EXECUTION,
    JobAction.RETRY: FieldClass.EXECUTION,
    JobAction.CANCEL: FieldClass.MUTABLE,
}
_TO_DO = {JobAction.SUBMIT: "to submit", JobAction.RETRY: "to try again", JobAction.CANCEL: "to cancel"}
_STANDING = {
    Phase.DONE: "already paid",
    Phase.OPEN: "in progress",
    Phase.CLOSING: "being cancelled",
    Phase.FAILED: "failed",
    Phase.CANCELLED: "cancelled",
}
_LOST, _FOREIGN = "lost", "of somebody else"
_ORDER = (*_TO_DO.values(), *_STANDING.values(), _LOST, _FOREIGN)
_LONGEST_LABEL, _LONGEST_VALUE, _LONGEST_STATUS = 40, 24, 24
_SHORTEST = 24  # columns that what a job runs may always take


def job_lines(jobs: Sequence[JobChange], width: int = 100, colour: bool = False, *, full: bool = False) -> list[str]:
    """How many of which sort, then a line for each job; of more than 20 of one sort three, unless `full`."""
    if not jobs:
        return []
    shown = list(_folded(jobs, full=full))
    rows = [_cells(item, width) for item in shown if isinstance(item, JobChange)]
    widths = [max(columns(row[i]) for row in rows) for i in range(3)]
    head = f"jobs: {counts_text(jobs)}"
    return [head, *(_line(item, widths, width, colour) for item in shown)]


def counts_text(jobs: Iterable[JobChange], sorts: Sequence[str] = _ORDER) -> str:
    """`2 to submit, 1 already paid`; of these sorts alone."""
    counts = Counter(map(_sort, jobs))
    return ", ".join(f"{counts[sort]} {sort}" for sort in sorts if counts[sort])


def work_text(jobs: Iterable[JobChange]) -> str:
    """The same of what applying does; empty if it does nothing about these jobs."""
    return counts_text(jobs, tuple(_TO_DO.values()))


def runs_text(shown: Mapping[str, Any], longest: int = _LONGEST_VALUE) -> str:
    """`runs 100, omega 1.0, ts [200, 500]`: what a job runs, with long values cut in the middle."""
    told = []
    for name, value in shown.items():
        members = sorted(value.items()) if name == "variables" and isinstance(value, Mapping) else [(name, value)]
        told += [f"{visible(str(key))} {value_text(part, longest)}" for key, part in members]
    return ", ".join(told)


def _sort(change: JobChange) -> str:
    if change.action in _TO_DO:
        return _TO_DO[change.action]
    if change.job.foreign:
        return _FOREIGN
    return _LOST if change.warning and change.job.open else _STANDING[change.job.phase]


def _folded(jobs: Sequence[JobChange], *, full: bool) -> Iterator[JobChange | str]:
    sizes = Counter(map(_sort, jobs))
    seen: Counter[str] = Counter()
    for change in jobs:
        sort = _sort(change)
        seen[sort] += 1
        if full or sizes[sort] <= FOLD_ABOVE or seen[sort] <= SHOWN:
            yield change
        elif seen[sort] == SHOWN + 1:
            yield f"… and {sizes[sort] - SHOWN} more {sort}"


def _cells(change: JobChange, width: int) -> tuple[str, str, str]:
    job = change.job
    label = cut_middle(visible(job.label or job.id or "-"), _LONGEST_LABEL)
    what = cut_middle(runs_text(job.shown), max(_SHORTEST, width // 2))
    return label, what, cut_middle(visible(job.status), _LONGEST_STATUS)


def _line(item: JobChange | str, widths: Sequence[int], width: int, colour: bool) -> str:
    if isinstance(item, str):
        return f"    {paint(item, Ink.QUIET, colour)}"
    cells = [fill(cell, room) for cell, room in zip(_cells(item, width), widths, strict=True) if room]
    reason = visible(item.reason.removesuffix(f": {item.job.status}"))  # the status stands before it
    note = f"  ({MEANINGS[_CLASSES[item.action]]})" if item.action in _CLASSES else ""
    symbol = paint(_SYMBOLS[item.action], _INKS[item.action], colour)
    return f"  {symbol} {'  '.join(cells)}  {reason}{note}"
