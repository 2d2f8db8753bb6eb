"""The programs that Qiskit writes, as a table at the end of a test run."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

_TEST = re.compile(r"qiskit_programs/test_algorithms\.py::test_(?P<what>\w+)\[(?P<name>[\w ]+)-(?P<form>\w+)\]")
_SAYS = {"it_plans_and_simulates": "right", "it_says_why": "says why", "qiskit_does_not_write_it": "not written"}
_FORMS = ("qasm2", "qasm3")


def write_algorithms(terminal: Any) -> None:
    """`right` where a file planned and simulated with Qiskit's distribution, `says why` where it was refused with a
    finding at a line, `not written` where Qiskit itself has no words, `NO` where none of these is so."""
    rows: dict[str, dict[str, str]] = defaultdict(dict)
    for outcome in ("passed", "failed"):
        for report in terminal.stats.get(outcome, []):
            if found := _TEST.search(report.nodeid):
                rows[found["name"]][found["form"]] = _SAYS[found["what"]] if outcome == "passed" else "NO"
    if not rows:
        return
    terminal.write_line("")
    right = sum("right" in row.values() and not {"NO", "says why"} & {*row.values()} for row in rows.values())
    terminal.write_line(f"{f'Qiskit: {right} of {len(rows)} algorithms':<48}{'qasm2':<14}qasm3")
    for name in sorted(rows):
        cells = "".join(f"{rows[name].get(form, '-'):<14}" for form in _FORMS)
        terminal.write_line(f"  {name:<46}{cells}".rstrip())
