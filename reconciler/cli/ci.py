"""`qctl ci`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from reconciler.cli.ci_findings import quality, sarif
from reconciler.cli.ci_place import forge, number_of, problem_of, required_option, saved_plan, subject_of, text_in, told
from reconciler.cli.clouds import Problem
from reconciler.cli.exits import Exit
from reconciler.cli.options import project_options
from reconciler.cli.project import Flags
from reconciler.cli.terminal import output
from reconciler.core.change import Action
from reconciler.core.diagnostic import Diagnostic
from reconciler.core.event import PAYING
from reconciler.core.saved_plan import SavedPlan
from reconciler.forge.kind import ForgeError
from reconciler.forge.place import head_here
from reconciler.forge.record import Shown, shown_in
from reconciler.forge.upkeep import close_issue, own_comment, put_comment, put_issue, put_labels
from reconciler.render.forge_comment import PLAN_BYTES, comment_text, reviewed_text, with_outcome
from reconciler.render.plan_markdown import plan_markdown
from reconciler.render.visible import visible

_FILE = click.Path(dir_okay=False, path_type=Path)
_PLANNED = (Exit.DONE, Exit.CHANGES)
_number = click.option("--number", type=click.IntRange(1), metavar="N", help="The pull request; else the job's own.")
_author = click.option(
    "--author", default="", envvar="QCTL_CI_AUTHOR", metavar="LOGIN", help="Who the token is; else it is asked."
)
_plan = click.option("--plan", "plan_file", type=_FILE, metavar="FILE", help="What `qctl plan --out` kept.")
_exit_code = click.option(
    "--exit-code", "code", type=click.IntRange(0, 255), default=0, metavar="N", help="How the command ended."
)
_said = click.option("--said", type=_FILE, metavar="FILE", help="What the command said.")


@click.group("ci")
def command() -> None:
    """Comments, labels and issues about plans, on GitHub or GitLab, by the variables of the job."""


@command.command("comment")
@project_options
@_plan
@click.option("--body", type=_FILE, metavar="FILE", help="What `qctl plan --format markdown` said.")
@_said
@_exit_code
@_number
@_author
@required_option
def comment(  # noqa: PLR0913, PLR0917 - one for each option
    flags: Flags,
    plan_file: Path | None,
    body: Path | None,
    said: Path | None,
    code: int,
    number: int | None,
    author: str,
    required: bool,
) -> int:
    """Show a plan in the one comment of its project and environment, updated in place."""
    subject, saved, request = subject_of(flags), saved_plan(plan_file, flags), number_of(number)
    head = head_here(os.environ)
    hidden = (subject.marker, str(Shown(subject.place, saved.fingerprint if saved else "", head)))
    text = text_in(body) or (plan_markdown(saved.plan, budget=PLAN_BYTES) if saved else "")
    failed = "" if saved else text_in(said) or f"qctl plan ended with {code}."
    about = reviewed_text(head, saved.fingerprint) if saved else ""
    whole = comment_text(hidden, text, failed, about)
    return told(lambda: f"Comment {put_comment(forge(author), request, subject.belongs, whole)}.", required=required)


@command.command("outcome")
@project_options
@_said
@_exit_code
@_number
@_author
@required_option
def outcome(flags: Flags, said: Path | None, code: int, number: int | None, author: str, required: bool) -> int:
    """Add to a plan's comment what came of applying it, or why it was refused."""
    subject, request = subject_of(flags), number_of(number)

    def tell() -> str:
        there = own_comment(forge(author), request, subject.belongs)
        if there is None:
            raise ForgeError(f"under {request} there is no comment of ours about this plan")
        whole = with_outcome(there.body, code, text_in(said), head_here(os.environ))
        forge(author).edit_comment(request, there.id, whole)
        return "Comment updated."

    return told(tell, required=required)


@command.command("labels")
@project_options
@_plan
@_exit_code
@click.option("--prefix", default="qctl", show_default=True, help="Before each label; another one for each project.")
@_number
@_author
@required_option
def labels(
    flags: Flags, plan_file: Path | None, code: int, prefix: str, number: int | None, author: str, required: bool
) -> int:
    """Label a pull request by what its plan does: pays, changes, cancels, no-changes, refused or failed."""
    request, saved = number_of(number), saved_plan(plan_file, flags)
    ours = {name: f"{prefix}:{name}" for name in ("pays", "changes", "cancels", "no-changes", "refused", "failed")}
    wanted = [ours[name] for name in _names(saved, code)]

    def put() -> str:
        put_labels(forge(author), request, wanted, list(ours.values()))
        return f"Labels: {', '.join(wanted)}."

    return told(put, required=required)


@command.command("issue")
@project_options
@click.option("--body", type=_FILE, required=True, metavar="FILE", help="What `qctl drift --format markdown` said.")
@_exit_code
@click.option("--label", default="qctl:drift", show_default=True, help="By which the issue is found again.")
@_author
@required_option
def issue(flags: Flags, body: Path, code: int, label: str, author: str, required: bool) -> int:
    """Keep one open issue while there is drift (exit code 2), and none while there is not (0)."""
    if code not in _PLANNED:
        detail = f"`qctl drift` ended with {code}, so nobody knows whether there is drift."
        raise Problem(Diagnostic("ci/no-drift", "Nothing to tell", detail, "Mend what it said, then run it again."))
    subject = subject_of(flags)
    title = f"Drift: {visible(subject.project or str(flags.folder))} ({visible(subject.environment)})"
    whole = f"{subject.drift_marker}\n\n{text_in(body).strip()}\n"

    def keep() -> str:
        act = put_issue if code == Exit.CHANGES else close_issue
        return f"Issue: {act(forge(author), label, subject.has_drift, title, whole)}."

    return told(keep, required=required)


@command.command("reviewed")
@project_options
@click.option("--commit", metavar="SHA", help="What is to be applied; else the job's own commit.")
@_author
def reviewed(flags: Flags, commit: str | None, author: str) -> int:
    """Print which plan was reviewed in the pull request merged as this commit, as NAME=VALUE lines."""
    head = commit or os.environ.get("GITHUB_SHA") or os.environ.get("CI_COMMIT_SHA") or ""
    try:
        number, shown = _reviewed(flags, head, author)
    except ForgeError as error:
        raise Problem(problem_of(error)) from error
    output().line(f"pull-request={number}\nfingerprint={shown.fingerprint}\nplanned-commit={shown.commit}")
    return Exit.DONE


@command.command("outputs")
@project_options
@_plan
@_exit_code
def outputs(flags: Flags, plan_file: Path | None, code: int) -> int:
    """Print what came of a plan as NAME=VALUE lines, for the next steps of a job."""
    saved = saved_plan(plan_file, flags)
    changes = bool(saved) and code == Exit.CHANGES
    lines = {
        "exit-code": str(code),
        "has-changes": str(changes).lower(),
        "saved": str(saved is not None).lower(),
        "fingerprint": saved.fingerprint if saved else "",
    }
    output().line("\n".join(f"{name}={value}" for name, value in lines.items()))
    return Exit.DONE


command.add_command(sarif)
command.add_command(quality)


def _reviewed(flags: Flags, commit: str, author: str) -> tuple[int, Shown]:
    """Raises ForgeError, and Problem where nothing was reviewed."""
    there, subject = forge(author), subject_of(flags)
    numbers = there.merged(commit)
    if len(numbers) != 1:
        what = f"{len(numbers)} pull requests were" if numbers else "No pull request was"
        raise _not_reviewed(f"{what} merged as commit {visible(commit[:12]) or '(none)'}.")
    found = own_comment(there, numbers[0], subject.belongs)
    shown = shown_in(found.body) if found else None
    if shown is None or not shown.fingerprint:
        raise _not_reviewed(f"Under pull request {numbers[0]} no plan that can be applied was shown by {there.me()}.")
    return numbers[0], shown


def _not_reviewed(detail: str) -> Problem:
    remedy = "Plan it in a pull request, or read the plan yourself and give its fingerprint."
    return Problem(Diagnostic("ci/not-reviewed", "No reviewed plan", f"{detail} Nothing was done.", remedy))


def _names(saved: SavedPlan | None, code: int) -> list[str]:
    if saved is None or code not in _PLANNED:
        return ["refused" if code == Exit.REFUSED else "failed"]
    plan = saved.plan
    if plan.empty:
        return ["no-changes"]
    pays = any(change.count(*PAYING) for change in plan.changes)
    cancels = bool(plan.count(Action.CANCEL, Action.REPLACE))
    return [*(["pays"] if pays else []), *(["cancels"] if cancels else []), *([] if pays or cancels else ["changes"])]
