"""What differs between the record and the clouds, as an issue for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reconciler.render.drift_text import NO_DRIFT, Line
from reconciler.render.markdown import code, prose
from reconciler.render.value import value_text

_BUDGET = 50_000  # bytes: an issue takes 65,536 characters
_LONGEST = 60
_HEAD = "| Address | Run | What | Recorded | Now | Next apply |\n|---|---|---|---|---|---|"


def drift_markdown(lines: Sequence[Line], unavailable: Mapping[str, str]) -> str:
    """A table with a row for each difference; those that find no place are counted. At last what could not be asked."""
    notes = [
        f"Not all of {code(name)} could be looked through: {prose(_short(why))}" for name, why in unavailable.items()
    ]
    if not lines:
        return "\n\n".join([NO_DRIFT, *notes])
    count = f"**{len(lines)} {'difference' if len(lines) == 1 else 'differences'} between the record and the clouds.**"
    rows: list[str] = []
    room = _BUDGET
    for line in lines:
        row = _row(line)
        room -= len(row.encode("utf-8", "backslashreplace")) + 1
        if room < 0:
            break
        rows.append(row)
    left = len(lines) - len(rows)
    more = [f"{left} more are not shown here, for length: see `qctl drift`."] if left else []
    return "\n\n".join([count, "\n".join([_HEAD, *rows]), *more, *notes])


def _row(line: Line) -> str:
    address = code(_short(line.address)) if line.address else "no manifest declares it"
    cells = [address, code(_short(line.id)), prose(_short(line.what)), _value(line.recorded), _value(line.now)]
    return f"| {' | '.join([*cells, prose(_short(line.then))])} |"


def _value(value: Any) -> str:
    return "(absent)" if value is None else code(value_text(value, _LONGEST))


def _short(text: str) -> str:
    return text if len(text) <= 200 else f"{text[:199]}…"
