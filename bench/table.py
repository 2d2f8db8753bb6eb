"""Rows as Markdown, and their place in docs/performance.md."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable
from datetime import date
from importlib.metadata import version
from pathlib import Path

from bench.case import Row

START, END = "<!-- bench -->", "<!-- end -->"
SIMULATION = "<!-- bench: simulation -->"
HEAD = ("command", "tasks", "runs", "wall s", "CPU s", "memory MiB", "API calls", "floor CPU s", "CPU / floor")


def table(rows: Iterable[Row]) -> str:
    """A line per row."""
    lines = ["| " + " | ".join(HEAD) + " |", "|" + "---|" + "--:|" * (len(HEAD) - 1)]
    return "\n".join([*lines, *(_line(row) for row in rows)])


def _line(row: Row) -> str:
    cells = [row.name, f"{row.size:,}" if row.size else "", str(row.runs)]
    cells += [f"{row.cost.wall:.2f}", f"{row.cost.cpu:.2f}", f"{row.cost.memory:.0f}"]
    cells.append("" if row.calls is None else f"{row.calls:,}")
    floor = row.floor.cpu if row.floor else 0.0
    cells += [f"{floor:.2f}", f"{row.cost.cpu / floor:.1f}"] if floor else ["", ""]
    return "| " + " | ".join(cells) + " |"


def said_of_the_machine(day: date) -> str:
    """When, on what and with what it was measured."""
    versions = ", ".join(f"{name} {version(name)}" for name in ("qctl", "PyYAML", "pydantic", "botocore"))
    return (
        f"Measured on {day}, {platform.system()} {platform.machine()} with {os.cpu_count()} cores, "
        f"Python {platform.python_version()}, {versions}; load average at the end {os.getloadavg()[0]:.1f}."
    )


def written(page: str, lines: str, day: date, mark: str = START) -> str:
    """The page with its table made anew. Raises ValueError if it has no place for one."""
    before, start, rest = page.partition(mark)
    _, end, after = rest.partition(END)
    if not start or not end:
        raise ValueError(f"the page has no {mark} ... {END}")
    return f"{before}{mark}\n{said_of_the_machine(day)}\n\n{lines}\n{END}{after}"


def write(page: Path, lines: str, mark: str = START) -> None:
    """Put the lines of a table into the page."""
    page.write_text(written(page.read_text("utf-8"), lines, date.today(), mark), "utf-8")
