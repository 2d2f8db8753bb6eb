"""`qctl drift`."""

from __future__ import annotations

import click

from reconciler.cli.exits import Exit
from reconciler.cli.options import json_option, project_options
from reconciler.cli.project import Flags, open_project
from reconciler.cli.terminal import output
from reconciler.cli.used import used_clouds
from reconciler.render.drift_markdown import drift_markdown
from reconciler.render.drift_text import Line, drift_json, drift_text
from reconciler.render.json_form import dumps
from reconciler.workflow.drift import Drift, drift

_HINT = "An ordinary plan does not ask about what is finished: `qctl apply --refresh=all` sees all of this."


@click.command("drift")
@project_options
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 when anything differs.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown"]),
    default="text",
    show_default=True,
    help="For a terminal, or for a comment or an issue.",
)
@json_option
def command(flags: Flags, detailed_exitcode: bool, form: str, as_json: bool) -> int:
    """Show what differs between the record and the clouds, and what apply would do about it. Changes nothing."""
    if as_json and form == "markdown":
        raise click.UsageError("Say either --json or --format markdown.")
    project = open_project(flags)
    found = drift(project.session, project.loaded.resources, project.loaded.edges, used_clouds(project))
    lines = [_line(difference) for difference in found.found]
    out = output()
    if as_json:
        data = {"format_version": 1, "drift": [drift_json(line) for line in lines]}
        out.line(dumps(data | ({"unavailable": found.unavailable} if found.unavailable else {})))
    elif form == "markdown":
        out.line(drift_markdown(lines, found.unavailable))
    else:
        out.line(drift_text(lines, colour=out.colour))
        if any(line.address for line in lines):
            out.line(_HINT)
        for name, why in found.unavailable.items():
            out.error(f"note: not all of {name} could be looked through: {why}")
    return Exit.CHANGES if detailed_exitcode and lines else Exit.DONE


def _line(found: Drift) -> Line:
    return Line(found.address, found.id, str(found.sort), found.what, found.recorded, found.now, found.then)
