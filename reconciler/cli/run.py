"""Carry out a plan: lock, plan, show, ask, apply, save, unlock, and only then wait."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from reconciler.cli.applied import summary
from reconciler.cli.approval import Wish
from reconciler.cli.event_stream import EventStream, event_stream
from reconciler.cli.exits import Exit
from reconciler.cli.interrupt import leaving_at_once, stoppable
from reconciler.cli.local_jobs import allow_sources, jobs_running
from reconciler.cli.options import How
from reconciler.cli.plan import require_some, stopped
from reconciler.cli.plan_forms import show_plan
from reconciler.cli.project import Opened
from reconciler.cli.terminal import output, report_problems
from reconciler.cli.waiting import Wanted, wait_for, wanted_of
from reconciler.core.declared import Declared
from reconciler.core.diagnostic import Diagnostic, Severity
from reconciler.core.plan import Plan, plan_to_json
from reconciler.store.port import locked
from reconciler.workflow.applied import Applied
from reconciler.workflow.apply import apply
from reconciler.workflow.plan import make_plan


def carry_out(
    verb: str,
    project: Opened,
    declared: Sequence[Declared],
    wish: Wish,
    how: How,
    *,
    as_json: bool,
) -> int:
    """The exit code of apply and destroy."""
    with leaving_at_once(), event_stream(as_json=as_json, into=how.json_into) as stream:
        return _carried_out(verb, project, declared, wish, how, stream)


def _carried_out(
    verb: str, project: Opened, declared: Sequence[Declared], wish: Wish, how: How, stream: EventStream
) -> int:
    session = project.session
    require_some(project, wish.selection)
    edges = {d.address: d.depends for d in declared}
    with locked(session.store, session.lock_info(verb), how.lock_timeout, taken=lock_taken):
        planned = make_plan(session, declared, edges, wish.refresh, wish.selection, project.warnings)
        _show(planned.plan, stream)
        if changed := wish.approval.objections(planned):
            report_problems(changed)
            return Exit.STALE
        if not planned.plan.applicable:
            return stopped(planned.plan)
        sure = how.auto_approve or wish.approval.given
        if not planned.plan.empty and not approved(verb, auto_approve=sure, as_json=stream.as_json):
            return Exit.ERROR
        allow_sources(project, [op.resource for op in planned.plan.operations() if op.resource is not None])
        with stoppable() as stop, stream.view() as progress:
            applied = apply(session, planned, progress.tell, stop, how.parallelism, verb)
    summary(verb, session, planned, applied, stream)
    code = _code(applied)
    if code is not Exit.DONE or not how.wait_for:
        return code
    if stop.is_set():  # in the moment when the last call ended: nothing was left to skip, but nobody wants to wait
        return Exit.INTERRUPTED
    wanted = Wanted(wanted_of(planned.seen, applied), planned.resources)
    with jobs_running(project):
        return wait_for(session, wanted, wish.selection, how.timeout, stream)


def lock_taken() -> None:
    """Say that the work is saved, though somebody else could have been at it."""
    detail = "Somebody took the lock from this command while it worked. What it did is saved, and nothing is lost."
    remedy = "See what the other command did: qctl plan."
    report_problems([Diagnostic("state/lock-taken", "Lock was taken", detail, remedy, severity=Severity.WARNING)])


def _show(plan: Plan, stream: EventStream) -> None:
    stream.emit("plan", plan_to_json(plan))
    if not stream.as_json:
        show_plan(plan)


def approved(verb: str, *, auto_approve: bool, as_json: bool = False) -> bool:
    """Whether somebody says yes, now or by the command's own words."""
    if auto_approve:
        return True
    if as_json or sys.stdin is None or not sys.stdin.isatty():
        output().error("Nobody can be asked here, so nothing was done. Say --auto-approve to go on without asking.")
        return False
    output().line(f"\nDo you want to {verb} this? Only 'yes' goes on.")
    answer = click.prompt("  Enter a value", default="", show_default=False)
    if answer.strip() == "yes":
        return True
    output().line("Nothing was done.")
    return False


def _code(applied: Applied) -> Exit:
    if applied.unknown:
        return Exit.UNKNOWN
    if applied.interrupted:
        return Exit.INTERRUPTED
    if applied.refused and applied.refused.keys() <= applied.too_dear:
        return Exit.REFUSED  # whatever waited for it was skipped for the same reason
    return Exit.ERROR if applied.refused or applied.skipped else Exit.DONE
