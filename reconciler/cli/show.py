"""`qctl show`."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.logs import show_logs
from reconciler.cli.options import addresses, complete_address, json_option, project_options, refresh_option
from reconciler.cli.project import Flags, open_project, require_known
from reconciler.cli.saved import show_saved
from reconciler.cli.terminal import output
from reconciler.core.attempt import attempt_to_json
from reconciler.core.state import Record, fold
from reconciler.render.json_form import dumps
from reconciler.render.state_text import record_text, state_table
from reconciler.store.plan_file import looks_like_a_plan
from reconciler.workflow.observe import Refresh
from reconciler.workflow.observe import refresh as read_live
from reconciler.workflow.selection import Selection


@click.command("show")
@click.argument("targets", nargs=-1, metavar="[ADDRESS]... | PLAN", shell_complete=complete_address)
@project_options
@refresh_option
@json_option
@click.option("--logs", is_flag=True, help="Print what hybrid jobs wrote instead.")
@click.option("--metrics", is_flag=True, help="Print the metrics that hybrid jobs logged, as a table.")
def command(flags: Flags, targets: tuple[str, ...], refresh: str, as_json: bool, logs: bool, metrics: bool) -> int:
    """Show declared runs and how they stand; with addresses, everything known of these. Records nothing.

    PLAN is a file written by `qctl plan --out`: it is shown as it was made.
    """
    if len(targets) == 1 and looks_like_a_plan(Path(targets[0])):
        return show_saved(Path(targets[0]), flags, as_json=as_json)
    selection = Selection(addresses(targets))
    project = open_project(flags)
    require_known(project, selection)
    state = project.session.store.read().state
    state = fold(state, read_live(project.session, state, Refresh(refresh)))
    if logs or metrics:
        return show_logs(project, selection, state, metrics=metrics, as_json=as_json)
    declared = [d.address for d in project.loaded.resources if selection.holds(d.address)]
    records = {str(a): state.records.get(str(a), Record()) for a in declared}
    out = output()
    if as_json:
        found = {text: [attempt_to_json(a) for a in r.attempts] for text, r in records.items()}
        out.line(dumps({"format_version": 1, "resources": found}))
    elif selection.targets:
        out.line("\n\n".join(record_text(text, r) for text, r in records.items()))
    else:
        out.line(state_table(records, width=out.width, colour=out.colour))
    return 0
