"""Rows in columns: plain for pipes, drawn by rich on terminals."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO

from reconciler.render.measure import columns, fill
from reconciler.render.paint import Ink, paint
from reconciler.render.visible import visible

_GAP = "  "
_LAST = 24  # columns that the last one keeps: ids stand there, folded but whole

Rows = Sequence[Sequence[str]]


def table(head: Sequence[str], rows: Rows, *, width: int = 100, colour: bool = False) -> str:
    """Aligned columns under a head; a cell is never cut, so that `grep`, `awk` and people see whole values.

    In colour the last column is folded to fit `width`; where even that is too narrow, the terminal breaks the lines.
    """
    clean = [[visible(cell) for cell in row] for row in rows]
    widths = [max(columns(cell) for cell in column) for column in zip(head, *clean, strict=True)]
    if colour and sum(widths[:-1]) + len(_GAP) * (len(head) - 1) + _LAST <= width:
        return _drawn(head, clean, width)
    title, *lines = [_GAP.join(map(fill, row, widths)).rstrip() for row in (head, *clean)]
    return "\n".join([paint(title, Ink.STRONG, colour), *lines])


def _drawn(head: Sequence[str], rows: Rows, width: int) -> str:
    from rich.console import Console  # rich takes longer to import than most commands run
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=None, pad_edge=False, padding=(0, len(_GAP), 0, 0), header_style="bold")
    for title in head[:-1]:
        drawn.add_column(title, no_wrap=True)
    drawn.add_column(head[-1], overflow="fold")
    for row in rows:
        # Text, not str: rich would read `[...]` in an address as its own markup.
        drawn.add_row(*(Text(cell, style=_style(cell)) for cell in row))
    console = Console(file=StringIO(), width=width, force_terminal=True, color_system="standard", legacy_windows=False)
    with console.capture() as captured:
        console.print(drawn)
    return "\n".join(line.rstrip() for line in captured.get().rstrip("\n").split("\n"))


_STYLES = {
    "COMPLETED": "green",
    "DONE": "green",
    "ONLINE": "green",
    "UP": "green",
    "QUEUED": "yellow",
    "PENDING": "yellow",
    "RUNNING": "yellow",
    "CREATED": "yellow",
    "ERROR": "red",
    "FAILED": "red",
    "OFFLINE": "red",
    "unknown": "magenta",
    "missing": "magenta",
}


def _style(cell: str) -> str:
    status, _, progress = cell.partition(" ")  # `RUNNING 1/3`
    return _STYLES.get(status, "") if not progress or "/" in progress else ""
