"""`qctl apply`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from reconciler.cli.approval import Approval, Wish, in_environment_of, read_plan, refuse_old
from reconciler.cli.clouds import Problem
from reconciler.cli.exits import Exit
from reconciler.cli.options import How, json_option, project_options, run_options, selection_options
from reconciler.cli.project import Flags, open_project, require_known
from reconciler.cli.run import carry_out
from reconciler.cli.terminal import report_problems
from reconciler.workflow.observe import Refresh
from reconciler.workflow.saved_plans import files_changed
from reconciler.workflow.selection import Selection


@click.command("apply")
@click.argument(
    "plan_file", required=False, metavar="[PLAN]", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--expect", "fingerprint", metavar="FINGERPRINT", help="Go on only if this is the plan, without asking.")
@project_options
@selection_options
@run_options
@json_option
def command(
    flags: Flags,
    selection: Selection,
    refresh: Refresh,
    how: How,
    as_json: bool,
    plan_file: Path | None,
    fingerprint: str | None,
) -> int:
    """Do what the plan shows, once. Shows it first and asks.

    PLAN is a file written by `qctl plan --out`: exactly that is done, without asking, or nothing if anything that it
    was made from has changed since.
    """
    flags = replace(flags, parallelism=how.parallelism)
    if fingerprint == "":  # a variable that is not set, in a script that means to be careful
        raise click.UsageError(
            "--expect is empty: give it the fingerprint of the plan that was approved, or leave it out to be asked."
        )
    if plan_file is not None:
        if selection != Selection():
            raise click.UsageError("A saved plan says what it is about: take --target, --exclude and --replace away.")
        return _saved(flags, how, plan_file, fingerprint, as_json=as_json)
    project = open_project(flags)
    require_known(project, selection)
    wish = Wish(selection, refresh, Approval(fingerprint=fingerprint or ""))
    return carry_out("apply", project, project.loaded.resources, wish, how, as_json=as_json)


def _saved(flags: Flags, how: How, plan_file: Path, fingerprint: str | None, *, as_json: bool) -> int:
    saved, wish = read_plan(plan_file, flags)
    flags = in_environment_of(saved, flags, click.get_current_context())
    try:
        project = open_project(flags)
    except Problem as error:
        old = files_changed(saved, flags.folder, flags.files)
        if not old:
            raise  # it is nothing that was edited since: the place, or the login
        report_problems([*error.diagnostics, *old])
        return Exit.STALE
    old = refuse_old(project, saved, flags)
    if old:
        report_problems(old)
        return Exit.STALE
    wish = replace(wish, approval=replace(wish.approval, fingerprint=fingerprint or ""))
    return carry_out("apply", project, project.loaded.resources, wish, how, as_json=as_json)
