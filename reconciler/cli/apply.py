"""`qctl apply`."""

from __future__ import annotations

from dataclasses import replace

import click

from reconciler.cli.options import How, json_option, project_options, run_options, selection_options
from reconciler.cli.project import Flags, open_project, require_known
from reconciler.cli.run import carry_out
from reconciler.workflow.observe import Refresh
from reconciler.workflow.plan import Selection


@click.command("apply")
@project_options
@selection_options
@run_options
@json_option
def command(flags: Flags, selection: Selection, refresh: Refresh, how: How, as_json: bool) -> int:
    """Do what the plan shows, once. Shows it first and asks."""
    project = open_project(replace(flags, parallelism=how.parallelism))
    require_known(project, selection)
    return carry_out("apply", project, project.loaded.resources, refresh, selection, how, as_json=as_json)
