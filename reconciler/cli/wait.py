"""`qctl wait`."""

from __future__ import annotations

import click

from reconciler.cli.interrupt import stoppable
from reconciler.cli.options import address_arguments, json_option, project_options, timeout_option
from reconciler.cli.project import Flags, open_project, require_known
from reconciler.cli.run import after_waiting
from reconciler.cli.terminal import view
from reconciler.workflow.plan import Selection
from reconciler.workflow.wait import wait


@click.command("wait")
@address_arguments
@project_options
@timeout_option
@json_option
def command(flags: Flags, selection: Selection, timeout: float | None, as_json: bool) -> int:
    """Wait until runs are finished, without keeping others from working."""
    project = open_project(flags)
    require_known(project, selection)
    with stoppable() as stop, view(as_json) as progress:
        waited = wait(project.session, selection.holds, timeout, progress.tell, stop)
    return after_waiting(waited, as_json=as_json)
