"""`qctl wait`."""

from __future__ import annotations

import click

from reconciler.cli.event_stream import event_stream
from reconciler.cli.local_jobs import jobs_running
from reconciler.cli.options import address_arguments, json_option, project_options, timeout_option
from reconciler.cli.project import Flags, open_project, require_known
from reconciler.cli.terminal import output
from reconciler.cli.waiting import Wanted, unfinished, wait_for
from reconciler.workflow.selection import Selection


@click.command("wait")
@address_arguments
@project_options
@timeout_option
@json_option
def command(flags: Flags, selection: Selection, timeout: float | None, as_json: bool) -> int:
    """Wait until runs are finished, without keeping others from working.

    Ends with 1 if one of them, or a job of a batch, fails or is cancelled.
    """
    project = open_project(flags)
    require_known(project, selection)
    session = project.session
    kinds, tokens = session.kinds, unfinished(session.store.read().state)
    # Only of batches the declaration tells more than the record: which of their jobs are wanted.
    batches = [d for d in project.loaded.resources if kinds[d.address.kind].result == "job"]
    resources = {str(d.address): kinds[d.address.kind].desired(d, session.context) for d in batches}
    if not tokens and not as_json:
        output().line("Nothing is unfinished.")
    with jobs_running(project), event_stream(as_json=as_json) as stream:
        return wait_for(session, Wanted(tokens, resources), selection, timeout, stream)
