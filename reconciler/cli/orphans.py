"""`qctl orphans`."""

from __future__ import annotations

import click

from reconciler.cli.exits import Exit
from reconciler.cli.options import json_option, project_options
from reconciler.cli.project import Flags, open_project
from reconciler.cli.terminal import output
from reconciler.cli.used import used_clouds
from reconciler.render.json_form import dumps
from reconciler.render.orphan_text import orphan_json, orphans_table
from reconciler.workflow.orphans import Orphans, orphans


@click.command("orphans")
@project_options
@click.option("--all", "everything", is_flag=True, help="Also what is finished.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 when any run is unfinished.")
@json_option
def command(flags: Flags, everything: bool, detailed_exitcode: bool, as_json: bool) -> int:
    """List runs on your accounts that no declared or remembered address has. Changes nothing."""
    project = open_project(flags)
    state = project.session.store.read().state
    found = orphans(project.session, state, project.loaded.resources, used_clouds(project))
    _print(found, everything=everything, as_json=as_json)
    return Exit.CHANGES if detailed_exitcode and any(run.unfinished for run in found.runs) else Exit.DONE


def _print(found: Orphans, *, everything: bool, as_json: bool) -> None:
    shown = [run for run in found.runs if everything or run.unfinished or run.lasting]
    rows = [(run.kind, run.attempt, run.why) for run in shown]
    out = output()
    if as_json:
        data = {"format_version": 1, "orphans": [orphan_json(*row) for row in rows]}
        out.line(dumps(data | ({"unavailable": found.unavailable} if found.unavailable else {})))
        return
    out.line(orphans_table(rows, width=out.width, colour=out.colour))
    hidden = len(found.runs) - len(shown)
    if hidden:
        out.line(f"\n{hidden} finished {'run is' if hidden == 1 else 'runs are'} not shown: say --all.")
    for name, why in found.unavailable.items():
        out.error(f"note: not all of {name} could be looked through: {why}")
