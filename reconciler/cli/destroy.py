"""`qctl destroy`: applying a manifest that declares nothing, by the same path."""

from __future__ import annotations

from dataclasses import replace

import click

from reconciler.cli.approval import Wish
from reconciler.cli.options import How, json_option, project_options, run_options, target_options
from reconciler.cli.project import Flags, open_project, require_known
from reconciler.cli.run import carry_out
from reconciler.workflow.observe import Refresh
from reconciler.workflow.selection import Selection


@click.command("destroy")
@project_options
@target_options
@run_options
@json_option
def command(flags: Flags, selection: Selection, how: How, as_json: bool) -> int:
    """Cancel what is unfinished and let go of the rest. Finished runs and their results stay on record."""
    project = open_project(replace(flags, parallelism=how.parallelism))
    require_known(project, selection)
    return carry_out("destroy", project, (), Wish(selection, Refresh.OPEN), how, as_json=as_json)
