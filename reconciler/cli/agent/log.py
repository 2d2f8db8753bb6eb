"""The agent's log on standard output: a line a round for people, or one JSON object a line for programs."""

from __future__ import annotations

from reconciler.cli.terminal import output, report_problems
from reconciler.core.cycle import Cycle, Verdict
from reconciler.core.cycle_json import cycle_to_json
from reconciler.render.agent_text import cycle_text
from reconciler.render.json_form import dumps


def log_json(cycle: Cycle) -> None:
    """One object."""
    output().line(dumps(cycle_to_json(cycle), indent=None))


def log_text(cycle: Cycle) -> None:
    """A line; what stops the agent with its place, on standard error."""
    if cycle.verdict in (Verdict.FAILED, Verdict.REFUSED):
        report_problems(list(cycle.findings))
    output().line(cycle_text(cycle))
