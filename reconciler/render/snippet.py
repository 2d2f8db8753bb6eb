"""Diagnostics as text: what, where with the source line, why, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from reconciler.core.diagnostic import Diagnostic, Location, Severity
from reconciler.render.measure import columns
from reconciler.render.paint import Ink, paint
from reconciler.render.visible import visible, visible_lines

_TAB = "    "
_INKS = {Severity.ERROR: Ink.BAD, Severity.WARNING: Ink.CHANGED}


def diagnostics_text(found: Sequence[Diagnostic], colour: bool = False, width: int = 100) -> str:
    """All findings in the order given, and how many there are. Empty for none."""
    if not found:
        return ""
    return "\n\n".join([*(diagnostic_text(d, colour, width) for d in found), count_text(found)])


def count_text(found: Sequence[Diagnostic]) -> str:
    """`2 errors, 1 warning.`"""
    numbers = [(sum(d.severity is s for d in found), s) for s in Severity]
    return ", ".join(f"{n} {s}{'' if n == 1 else 's'}" for n, s in numbers if n) + "."


def diagnostic_text(found: Diagnostic, colour: bool = False, width: int = 100) -> str:
    """One finding. Lines of the detail are indented, so that no text in it can pass for a finding of its own."""
    head = paint(f"{found.severity}:", _INKS[found.severity], colour)
    lines = [f"{head} {paint(visible(found.summary), Ink.STRONG, colour)} [{visible(found.code)}]"]
    place = _place(found)
    if place:
        lines.append(f" {paint('-->', Ink.INFO, colour)} {place}")
    excerpt = found.excerpt or (found.where.excerpt if found.where is not None else "")
    if found.where is not None and found.where.line and excerpt.strip():
        lines += _source(found.where, excerpt, colour, width)
    lines += [f"  {line}" for line in visible_lines(found.detail) if line]
    if found.remedy:
        first, *rest = visible_lines(found.remedy)
        lines += [f"  {paint('help:', Ink.KNOWN, colour)} {first}", *(f"    {line}" for line in rest)]
    return "\n".join(lines)


def _place(found: Diagnostic) -> str:
    where, address = visible(str(found.where or "")), visible(found.address)
    return f"{where} ({address})" if where and address else where or address


def _source(where: Location, excerpt: str, colour: bool, width: int) -> list[str]:
    """The line with its number, and carets under the place."""
    number = str(where.line)
    line, start, length = _window(excerpt.rstrip("\r\n"), where, max(20, width - len(number) - 5))
    bar = paint("|", Ink.INFO, colour)
    carets = paint("^" * length, Ink.BAD, colour)
    return [
        f"  {paint(number, Ink.INFO, colour)} {bar} {line}",
        f"  {' ' * len(number)} {bar} {' ' * start}{carets}",
    ]


def _window(text: str, where: Location, room: int) -> tuple[str, int, int]:
    """The part of the line around the place that fits, and the columns where its carets start and how many.

    Places count characters; a tab, a wide or a spelled-out character takes other numbers of columns.
    """
    cells = [_TAB if c == "\t" else visible(c) for c in text]
    ends = list(accumulate((columns(c) for c in cells), initial=0))
    first = min(max(where.column - 1, 0), len(cells))
    last = min(max(first + where.length, first + 1), max(len(cells), first + 1))
    # One column past the end is a place too: something is missing there.
    start, stop = ends[first], ends[last] if last < len(ends) else ends[first] + 1
    if ends[-1] <= room:
        return "".join(cells).rstrip(), start, stop - start
    return _cut_around(cells, ends, start, stop, room)


def _cut_around(cells: list[str], ends: list[int], start: int, stop: int, room: int) -> tuple[str, int, int]:
    inner = room - 2  # for the ellipses
    low = max(0, min(start - inner // 3, ends[-1] - inner))
    kept = [i for i in range(len(cells)) if ends[i] >= low and ends[i + 1] <= low + inner]
    first = kept[0] if kept else 0
    line = "".join(cells[i] for i in kept)
    before, after = "…" if first else "", "…" if kept and kept[-1] + 1 < len(cells) else ""
    shown = start - ends[first] + len(before)
    carets = min(stop - start, len(before) + columns(line) - shown)
    return f"{before}{line}{after}".rstrip(), shown, max(1, carets)
