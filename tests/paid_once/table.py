"""The paid-once matrices as tables at the end of a test run."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Table:
    """Which tests make one table: their ids give its rows (`again` is a part of them) and its columns (`verb`)."""

    title: str
    test: re.Pattern[str]
    verbs: Sequence[str]


_BRAKET = ("create", "tag", "cancel")
_PASQAL = (
    "create batch",
    "add jobs",
    "create workload",
    "tags",
    "close",
    "cancel batch",
    "cancel jobs",
    "cancel workload",
)
TABLES = (
    Table(
        "paid once: fault, and who tries again",
        re.compile(r"test_matrix\.py::test_one_run_is_paid_once\[(?P<row>.+)-(?P<verb>\w+)-(?P<again>[\w ]+)\]"),
        _BRAKET,
    ),
    Table(
        "paid once: death, then apply again",
        re.compile(r"test_kills\.py::test_killed_at_a_crash_point\[(?P<verb>\w+)-(?P<row>[\w-]+):\d\]"),
        _BRAKET,
    ),
    Table(
        "hybrid jobs: fault, and who tries again",
        re.compile(r"test_jobs\.py::test_one_job_is_paid_once\[(?P<row>.+)-(?P<verb>\w+)-(?P<again>[\w ]+)\]"),
        _BRAKET,
    ),
    Table(
        "hybrid jobs: death, then apply again",
        re.compile(r"test_jobs\.py::test_killed_at_a_crash_point\[(?P<verb>\w+)-(?P<row>[\w-]+):\d\]"),
        _BRAKET,
    ),
    Table(
        "spending limits: fault, and who tries again",
        re.compile(
            r"test_limits\.py::test_one_limit_with_the_right_amount"
            r"\[(?P<row>.+)-(?P<verb>\w+)-(?P<again>[\w ]+)\]"
        ),
        ("create", "update", "delete"),
    ),
    Table(
        "program sets: fault, and who tries again",
        re.compile(r"test_program_sets\.py::test_one_set_is_paid_once\[(?P<row>.+)-(?P<verb>\w+)-(?P<again>[\w ]+)\]"),
        ("create",),
    ),
    Table(
        "Pasqal: fault, and who tries again",
        re.compile(r"test_pasqal_matrix\.py::test_paid_once\[(?P<row>.+)-(?P<verb>[\w ]+)-(?P<again>[\w ]+)\]"),
        _PASQAL,
    ),
    Table(
        "Pasqal: death, then apply again",
        re.compile(r"test_pasqal_kills\.py::test_killed_at_a_crash_point\[(?P<verb>[\w ]+)-(?P<row>[\w-]+):\d\]"),
        _PASQAL,
    ),
)


def write_table(terminal: Any) -> None:
    """Print the cases that ran: `once` where one run was paid once, `NO` where not, `-` where there is no such case."""
    for table in TABLES:
        rows: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
        for outcome in ("passed", "failed"):
            for report in terminal.stats.get(outcome, []):
                if found := table.test.search(report.nodeid):
                    rows[_row(found)][found["verb"]].append(outcome == "passed")
        if rows:
            _write(terminal, table, rows)


def _row(found: re.Match[str]) -> str:
    """The fault with who tries again, or the crash point without the call it is at."""
    parts = found.groupdict()
    if "again" in parts:
        return f"{parts['row']}, {parts['again']}"
    verb = parts["verb"].removesuffix(" batch").removesuffix(" workload").replace(" ", "-")
    return "killed " + re.sub(rf"-(?:{verb}|add|tag)$", " the call", parts["row"])


def _write(terminal: Any, table: Table, rows: dict[str, dict[str, list[bool]]]) -> None:
    widths = [max(10, len(verb) + 2) for verb in table.verbs]
    terminal.write_line("")
    heads = "".join(f"{verb:<{width}}" for verb, width in zip(table.verbs, widths, strict=True))
    terminal.write_line(f"{table.title:<48}{heads}".rstrip())
    for name in sorted(rows):
        cells = (_cell(rows[name][verb]) for verb in table.verbs)
        text = "".join(f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True))
        terminal.write_line(f"  {name:<46}{text}".rstrip())


def _cell(results: list[bool]) -> str:
    if not results:
        return "-"
    return "once" if all(results) else "NO"
