"""`qctl wait`."""

from __future__ import annotations

import click

from reconciler.cli.options import address_arguments, json_option, project_options, timeout_option
from reconciler.cli.project import Flags, open_project, require_known
from reconciler.cli.waiting import unfinished, wait_for
from reconciler.workflow.plan import Selection


@click.command("wait")
@address_arguments
@project_options
@timeout_option
@json_option
def command(flags: Flags, selection: Selection, timeout: float | None, as_json: bool) -> int:
    """Wait until runs are finished, without keeping others from working.

    Ends with 1 if one of them fails or is cancelled.
    """
    project = open_project(flags)
    require_known(project, selection)
    wanted = unfinished(project.session.store.read().state)
    return wait_for(project.session, wanted, selection, timeout, as_json=as_json)
