"""`qctl plan`."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import click

from reconciler.cli.approval import read_validity, texts_of
from reconciler.cli.clouds import Problem
from reconciler.cli.exits import Exit
from reconciler.cli.junit import write_plan_junit
from reconciler.cli.options import project_options, selection_options
from reconciler.cli.plan_forms import Forms, form_options, show_in
from reconciler.cli.policy_folders import folder_problems
from reconciler.cli.project import Flags, Opened, open_project, opened, require_known
from reconciler.cli.report import report_plan
from reconciler.cli.sarif import problems_in
from reconciler.cli.terminal import output
from reconciler.cli.writing import write
from reconciler.core.address import parse_address
from reconciler.core.collector import collector_paused
from reconciler.core.diagnostic import Diagnostic, has_errors
from reconciler.core.plan import Plan
from reconciler.manifest.load import Loaded
from reconciler.store.plan_file import PURPOSE, encode
from reconciler.workflow.desired_cache import Desired, DesiredCache, cache_for
from reconciler.workflow.observe import Refresh
from reconciler.workflow.plan import Planned, make_plan, plan_without_changes
from reconciler.workflow.remembered import Remembered, remember
from reconciler.workflow.saved_plans import save
from reconciler.workflow.selection import Selection


@dataclass(frozen=True, slots=True)
class Made:
    """A plan made from the manifests, with all that it was made from."""

    project: Opened
    planned: Planned


@click.command("plan")
@project_options
@selection_options
@form_options
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 when there are changes.")
@click.option(
    "--no-cache", is_flag=True, envvar="QCTL_NO_CACHE", help="Read the manifests even if they were read before."
)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Keep the plan, for apply."
)
@click.option(
    "--valid-for", "validity", default="3d", show_default=True, metavar="DURATION", help="How long it may be applied."
)
@click.option("--report", type=click.Path(path_type=Path), metavar="FILE.html", help="Write a page for people, too.")
@collector_paused()  # the process ends after it
def command(  # noqa: PLR0913, PLR0917 - one for each option
    flags: Flags,
    selection: Selection,
    refresh: Refresh,
    forms: Forms,
    detailed_exitcode: bool,
    no_cache: bool,
    out: Path | None,
    validity: str,
    report: Path | None,
) -> int:
    """Show what apply would do, why, and what it costs. Changes nothing, not even the state."""
    valid = read_validity(validity)
    cache = None
    if not no_cache and selection == Selection():  # a part of a plan is asked for in words that must be checked
        cache = cache_for(flags.folder, flags.environment, flags.files, flags.variables)
    kept = out or report or forms.junit
    with problems_in(forms.sarif):
        made = _plan(flags, selection, refresh, None if kept else cache)
    plan = _show(forms, made)
    if report is not None and not isinstance(made, Plan):
        report_plan(made.project, made.planned, report)
    if forms.junit is not None and not isinstance(made, Plan):
        write_plan_junit(forms.junit, made.project.session, plan)
    if not plan.applicable:
        return stopped(plan)
    if out is not None and not isinstance(made, Plan):
        keep(made, out, flags, selection, refresh, valid)
    return Exit.CHANGES if detailed_exitcode and not plan.empty else Exit.DONE


def _show(forms: Forms, made: Plan | Made) -> Plan:
    if isinstance(made, Plan):
        show_in(forms, made, {}, str)
        return made
    planned = made.planned
    show_in(forms, planned.plan, planned.devices, made.project.session.now)
    return planned.plan


def _plan(flags: Flags, selection: Selection, refresh: Refresh, cache: DesiredCache | None) -> Plan | Made:
    """The plan, from the cache if there is nothing to do; all else comes from the manifests."""
    desired = cache.read() if cache else None
    if desired is None:
        return _plan_from_manifests(flags, selection, refresh, cache)
    if has_errors(wrong := folder_problems(flags.folder, os.environ)):
        raise Problem(*wrong)
    there = opened(flags, Loaded(desired.project, (), {}, ()), desired.project)
    if there.state.left_behind():
        return _plan_from_manifests(flags, selection, refresh, None)  # it is told by every plan
    session = there.session
    known = remember(session, refresh)
    plan = plan_without_changes(session, desired.resources, desired.edges, selection, known)
    return plan or _plan_from_manifests(flags, selection, refresh, None, (desired, known))


def _plan_from_manifests(
    flags: Flags,
    selection: Selection,
    refresh: Refresh,
    cache: DesiredCache | None,
    before: tuple[Desired, Remembered] | None = None,
) -> Made:
    project = open_project(flags)
    require_known(project, selection)
    require_some(project, selection)
    # What was remembered belongs to the project as it was; somebody may have edited it just now.
    known = before[1] if before and before[0].project == project.project else None
    loaded = project.loaded
    planned = make_plan(project.session, loaded.resources, loaded.edges, refresh, selection, project.warnings, known)
    # What a selector came to is looked for anew at each plan.
    as_written = planned.resources.keys() == {str(d.address) for d in loaded.resources}
    # What a plan says of an import or a rename each time, it would not say from the cache.
    told = any(found.code.startswith(("import/", "moved/", "expect/")) for found in planned.plan.diagnostics)
    if cache and as_written and not told and not loaded.diagnostics:
        cache.write(project.project, planned.resources.values(), loaded.resources)
    return Made(project, planned)


def require_some(project: Opened, selection: Selection) -> None:
    """Refuse a selection that leaves nothing of what there is: no changes of nothing would look like all is well."""
    if not selection.targets and not selection.excluded:
        return
    chosen = selection.with_dependencies(project.loaded.edges)
    known = {d.address for d in project.loaded.resources}
    known |= {parse_address(text) for text in project.session.store.read().state.records}
    if not any(map(chosen.holds, known)):
        detail = "Of all that is declared or remembered, --target and --exclude leave nothing."
        raise Problem(Diagnostic("cli/nothing-selected", "Nothing selected", detail, "Take one of them away."))


def keep(made: Made, out: Path, flags: Flags, selection: Selection, refresh: Refresh, valid: timedelta) -> None:
    """Write the plan to a file, for a person to review and for `qctl apply`."""
    texts = texts_of(made.project, flags)
    saved = save(made.project.session, made.planned, texts, selection, refresh, valid)
    write(out, made.project.state.seal().seal(encode(saved), PURPOSE))
    output().error(f"Saved to {out}, good until {saved.expires}. Fingerprint: {saved.fingerprint}")


def stopped(plan: Plan) -> Exit:
    """What the end of a command means whose plan may not be applied."""
    return Exit.REFUSED if plan.refused else Exit.ERROR
