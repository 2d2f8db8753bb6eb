"""What concurrent applies on one bucket came to, as a table at the end of a test run."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from typing import Any, Final

_TITLES: Final = {
    0: "done",
    4: "locked",
    5: "stale",
    8: "unknown",
}


PROPERTY: Final = "shared-state"


@dataclass(frozen=True)
class Row:
    """One round: exit codes with how many ended so, the tasks that exist, and the serials of the saves."""

    title: str
    codes: dict[int, int]
    tasks: int
    declared: int
    serials: list[int]

    def property(self) -> tuple[str, str]:
        """As a test tells it: reports travel from a worker's process to the one that prints."""
        return PROPERTY, json.dumps(asdict(self))

    def text(self) -> str:
        """As a line."""
        codes = ", ".join(f"{n} {_TITLES.get(code, f'exit {code}')}" for code, n in sorted(self.codes.items()))
        rising = self.serials == sorted(set(self.serials))
        saves = f"{self.serials[0]}..{self.serials[-1]} {'rising' if rising else 'NOT RISING'}" if self.serials else "-"
        return f"  {self.title:<62}{codes:<32}{f'{self.tasks} of {self.declared}':<10}{saves}"


_KILLED = re.compile(r"test_shared_state\.py::test_killed_runner\[(?P<verb>\w+)-(?P<point>[\w-]+):\d\]")
_DRILL = re.compile(r"test_crash_drill\.py::test_drill\[(?P<case>[^\]]+)\]")


def write_shared(terminal: Any) -> None:
    """Print what ran."""
    reports = [r for outcome in ("passed", "failed") for r in terminal.stats.get(outcome, [])]
    rows = [json.loads(v) for r in reports for name, v in getattr(r, "user_properties", ()) if name == PROPERTY]
    if rows:
        terminal.write_line(f"\n{'one bucket, many runners':<64}{'ended':<32}{'paid':<10}serials")
        for row in rows:
            codes = {int(code): count for code, count in row["codes"].items()}
            terminal.write_line(Row(row["title"], codes, row["tasks"], row["declared"], row["serials"]).text())
    for title, test in (("runner killed; another machine goes on", _KILLED), ("crash drill", _DRILL)):
        found = [(m, r.outcome) for r in reports if (m := test.search(r.nodeid))]
        if found:
            terminal.write_line(f"\n{title}")
        for match, outcome in sorted(found, key=lambda one: one[0].groups()):
            name = ", ".join(match.groups())
            terminal.write_line(f"  {name:<62}{'once, nothing lost' if outcome == 'passed' else 'NO'}")
