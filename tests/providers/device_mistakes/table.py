"""The mistakes as a table at the end of a test run: what the plan said of each, and with what words it is refused."""

from __future__ import annotations

import re
from typing import Any

_TEST = re.compile(r"test_mistakes\.py::test_(?P<side>the_plan_finds_it|the_local_cloud_refuses_it)\[(?P<name>.+)\]")
_WIDTH = 66  # of the service's words


def write_mistakes(terminal: Any) -> None:
    """Print the cases that ran on both sides: `NO` where one of them did not see it."""
    sides: dict[str, dict[str, bool]] = {}
    for outcome in ("passed", "failed"):
        for report in terminal.stats.get(outcome, []):
            if found := _TEST.search(report.nodeid):
                sides.setdefault(found["name"], {})[found["side"]] = outcome == "passed"
    if not sides:
        return
    from tests.providers.device_mistakes.mistake import MISTAKES  # the emulator loads with it

    terminal.write_line("")
    terminal.write_line(f"{'device mistakes':<30}{'the plan':<48}the local cloud, all the same")
    kind = ""
    for mistake in sorted((MISTAKES[name] for name in sides), key=lambda one: (one.kind, one.name)):
        if mistake.kind != kind:
            kind = mistake.kind
            terminal.write_line(f" {kind}")
        seen = sides[mistake.name]
        told = mistake.finds[0] if seen.get("the_plan_finds_it") else "NO"
        words = " ".join(mistake.service.split()) if seen.get("the_local_cloud_refuses_it") else "NO"
        terminal.write_line(f"  {mistake.name:<28}{told:<48}{words[:_WIDTH]}".rstrip())
