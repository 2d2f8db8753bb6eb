"""Which operations, paginators and exceptions of the clouds were reached by tests, as tables at the end of a run."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Table:
    """The ids of its tests give the rows (`row`) and columns (`column`); `say` is what each test says if it passes."""

    title: str
    tests: Sequence[tuple[re.Pattern[str], str, str]]
    first: Sequence[str]


_HERE = r"test_operations_table\.py::"
_SDK = r"test_sdk_methods\.py::"
_BOTH = r"\[(?P<row>\w+)-(?P<column>\w+)\]"
TABLES = (
    Table(
        "Braket: operations by tests (script: only the fault script says it)",
        (
            (re.compile(_HERE + r"test_plain\[(?P<row>\w+)\]"), "plain", "yes"),
            (re.compile(_HERE + r"test_paginator\[(?P<row>\w+)\]"), "pages", "yes"),
            (re.compile(_HERE + r"test_exception_by_script" + _BOTH), "", "script"),
            (re.compile(_HERE + r"test_exception(?:_of_the_rates)?" + _BOTH), "", "yes"),
        ),
        ("plain", "pages"),
    ),
    Table(
        "pasqal-cloud: methods by tests",
        (
            (re.compile(_SDK + r"test_plain\[(?P<row>\w+)\]"), "plain", "yes"),
            (re.compile(_SDK + r"test_error\[(?P<row>\w+)-TypeError\]"), "TypeError", "yes"),
            (re.compile(_SDK + r"test_error_by_script" + _BOTH), "script", ""),
            (re.compile(_SDK + r"test_error" + _BOTH), "error", ""),
        ),
        ("plain", "error", "script", "TypeError"),
    ),
)


def write_operations(terminal: Any) -> None:
    """Print what ran: `yes` or `script` where it passed, `NO` where it failed, `-` where there is no such case."""
    for table in TABLES:
        rows: dict[str, dict[str, str]] = defaultdict(dict)
        for outcome in ("passed", "failed"):
            for report in terminal.stats.get(outcome, []):
                _note(table, rows, report.nodeid, passed=outcome == "passed")
        if rows:
            _write(terminal, table, rows)


def _note(table: Table, rows: dict[str, dict[str, str]], test: str, *, passed: bool) -> None:
    for pattern, fixed, say in table.tests:
        if found := pattern.search(test):
            named = found.groupdict().get("column", "")
            cells = rows[found["row"]]
            if cells.get(fixed or named) != "NO":
                cells[fixed or named] = (say or named) if passed else "NO"
            return


def _write(terminal: Any, table: Table, rows: dict[str, dict[str, str]]) -> None:
    others = sorted({name for cells in rows.values() for name in cells} - set(table.first))
    columns = [*table.first, *others]
    heads = [_split(name) for name in columns]
    widths = [
        max(len(text) for text in (*head, *(cells.get(name, "-") for cells in rows.values()))) + 2
        for name, head in zip(columns, heads, strict=True)
    ]
    terminal.write_line("")
    terminal.write_line(table.title)
    for line in (0, 1):
        if any(head[line] for head in heads):
            _line(terminal, "", [head[line] for head in heads], widths)
    for row in sorted(rows):
        _line(terminal, row, [rows[row].get(name, "-") for name in columns], widths)


def _split(name: str) -> tuple[str, str]:
    """A head of two lines: `ServiceQuotaExceededException` is `ServiceQuota` over `Exceeded`."""
    *words, last = re.findall(r"[A-Z][a-z]+|[a-z]+", name.removesuffix("Exception"))
    return ("".join(words), last)


def _line(terminal: Any, name: str, cells: Sequence[str], widths: Sequence[int]) -> None:
    text = "".join(f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True))
    terminal.write_line(f"  {name:<24}{text}".rstrip())
