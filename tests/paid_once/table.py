"""The paid-once matrix as a table at the end of a test run."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

_CASE = re.compile(r"test_matrix\.py::test_one_run_is_paid_once\[(?P<fault>.+)-(?P<verb>\w+)-(?P<again>[\w ]+)\]")
_KILL = re.compile(r"test_kills\.py::test_killed_at_a_crash_point\[(?P<verb>\w+)-(?P<point>[\w-]+):\d\]")
_VERBS = ("create", "tag", "cancel")


def write_table(terminal: Any) -> None:
    """Print the cases that ran: `once` where one run was paid once, `NO` where not."""
    matrix: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    kills: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    for outcome in ("passed", "failed"):
        for report in terminal.stats.get(outcome, []):
            good = outcome == "passed"
            if found := _CASE.search(report.nodeid):
                matrix[f"{found['fault']}, {found['again']}"][found["verb"]].append(good)
            if found := _KILL.search(report.nodeid):
                kills[f"killed {found['point']}"][found["verb"]].append(good)
    for title, rows in (("fault, and who tries again", matrix), ("death, then apply again", kills)):
        if rows:
            _write(terminal, title, rows)


def _write(terminal: Any, title: str, rows: dict[str, dict[str, list[bool]]]) -> None:
    terminal.write_line("")
    terminal.write_line(f"{'paid once: ' + title:<48}" + "".join(f"{verb:<10}" for verb in _VERBS))
    for name in sorted(rows):
        terminal.write_line(f"  {name:<46}" + "".join(f"{_cell(rows[name][verb]):<10}" for verb in _VERBS))


def _cell(results: list[bool]) -> str:
    if not results:
        return "-"
    return "once" if all(results) else "NO"
