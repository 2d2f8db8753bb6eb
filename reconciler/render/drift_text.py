"""What differs between the record and the clouds, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from reconciler.render.paint import Ink, paint
from reconciler.render.value import value_text
from reconciler.render.visible import visible

NO_DRIFT = "No drift. What is on record is what the clouds have."
_LONGEST = 60
_ABSENT = "(absent)"


@dataclass(frozen=True, slots=True)
class Line:
    """One difference; an empty address is that of a run that nobody has."""

    address: str
    id: str
    sort: str
    what: str
    recorded: Any
    now: Any
    then: str


def drift_text(lines: Sequence[Line], *, colour: bool = False) -> str:
    """A block for each run: what differs, recorded -> now, and what apply would do."""
    if not lines:
        return NO_DRIFT
    blocks = [_block(list(group), colour) for _, group in groupby(lines, key=lambda line: (line.address, line.id))]
    runs = len(blocks)
    count = (
        f"{len(lines)} {'difference' if len(lines) == 1 else 'differences'} at {runs} {'run' if runs == 1 else 'runs'}"
    )
    return "\n\n".join([*blocks, f"Drift: {count}. Nothing was changed."])


def _block(lines: Sequence[Line], colour: bool) -> str:
    first = lines[0]
    title = first.address or "no manifest declares it"
    head = paint(f"  # {visible(title)}  {visible(first.id)}", Ink.STRONG, colour)
    return "\n".join([head, *_differences(lines, colour), f"      next apply: {visible(first.then)}"])


def _differences(lines: Sequence[Line], colour: bool) -> Iterator[str]:
    arrow = paint(" -> ", Ink.CHANGED, colour)
    for line in lines:
        before, now = _value(line.recorded), _value(line.now)
        yield f"  {paint('~', Ink.CHANGED, colour)} {visible(line.what)}: {before}{arrow}{now}"


def _value(value: Any) -> str:
    return _ABSENT if value is None else value_text(value, _LONGEST)


def drift_json(line: Line) -> dict[str, Any]:
    """One difference as plain data."""
    return {
        "address": line.address or None,
        "id": line.id,
        "sort": line.sort,
        "what": line.what,
        "recorded": line.recorded,
        "now": line.now,
        "next_apply": line.then,
    }
