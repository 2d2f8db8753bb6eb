"""Rows in columns: plain for pipes, drawn by rich on terminals."""

from __future__ import annotations

from collections.abc import Sequence
from io import StringIO

from reconciler.render.measure import columns, fill
from reconciler.render.visible import visible

Rows = Sequence[Sequence[str]]


def table(head: Sequence[str], rows: Rows, *, width: int = 100, colour: bool = False) -> str:
    """Aligned columns under a head.

    Plain ones are never cut or wrapped, so that `grep` and `awk` see whole values; only those in colour fit `width`.
    """
    clean = [[visible(cell) for cell in row] for row in rows]
    if colour:
        return _drawn(head, clean, width)
    return _plain([list(head), *clean])


def _plain(rows: Rows) -> str:
    widths = [max(columns(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = ["  ".join(fill(cell, room) for cell, room in zip(row, widths, strict=True)) for row in rows]
    return "\n".join(line.rstrip() for line in lines)


def _drawn(head: Sequence[str], rows: Rows, width: int) -> str:
    from rich.box import SIMPLE_HEAD  # rich takes longer to import than most commands run
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold", border_style="dim")
    for title in head:
        drawn.add_column(title, overflow="fold")
    for row in rows:
        # Text, not str: rich would read `[...]` in an address as its own markup.
        drawn.add_row(*(Text(cell, style=_style(cell)) for cell in row))
    console = Console(file=StringIO(), width=width, force_terminal=True, color_system="standard", legacy_windows=False)
    with console.capture() as captured:
        console.print(drawn)
    return "\n".join(line.rstrip() for line in captured.get().strip("\n").split("\n"))


_STYLES = {
    "COMPLETED": "green",
    "ONLINE": "green",
    "QUEUED": "yellow",
    "RUNNING": "yellow",
    "CREATED": "yellow",
    "FAILED": "red",
    "OFFLINE": "red",
    "unknown": "magenta",
    "missing": "magenta",
}


def _style(cell: str) -> str:
    return _STYLES.get(cell, "")
