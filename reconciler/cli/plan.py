"""`qctl plan`."""

from __future__ import annotations

import click

from reconciler.cli.exits import Exit
from reconciler.cli.options import json_option, project_options, selection_options
from reconciler.cli.project import Flags, open_project
from reconciler.cli.terminal import output, report_problems
from reconciler.core.plan import Plan, plan_to_json
from reconciler.render.json_form import dumps
from reconciler.render.plan_markdown import plan_markdown
from reconciler.render.plan_text import plan_text
from reconciler.workflow.observe import Refresh
from reconciler.workflow.plan import Selection, make_plan


@click.command("plan")
@project_options
@selection_options
@json_option
@click.option("--format", "form", type=click.Choice(["text", "markdown"]), default="text", show_default=True)
@click.option("--full", is_flag=True, help="Show every point of large sweeps.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 when there are changes.")
def command(
    flags: Flags,
    selection: Selection,
    refresh: Refresh,
    as_json: bool,
    form: str,
    full: bool,
    detailed_exitcode: bool,
) -> int:
    """Show what apply would do, why, and what it costs. Changes nothing, not even the state."""
    project = open_project(flags)
    planned = make_plan(
        project.session, project.loaded.resources, project.loaded.edges, refresh, selection, project.warnings
    )
    show_plan(planned.plan, as_json=as_json, form=form, full=full)
    if not planned.plan.applicable:
        return Exit.ERROR
    return Exit.CHANGES if detailed_exitcode and not planned.plan.empty else Exit.DONE


def show_plan(plan: Plan, *, as_json: bool = False, form: str = "text", full: bool = False) -> None:
    """The plan on standard output; its findings with it in machine forms, else on standard error."""
    out = output()
    if as_json:
        out.line(dumps(plan_to_json(plan)))
        return
    if form == "markdown":
        out.line(plan_markdown(plan))
        return
    report_problems(list(plan.diagnostics))
    out.line(plan_text(plan, full=full, width=out.width, colour=out.colour))
