"""`qctl ci`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from reconciler.cli.ci_findings import quality, sarif
from reconciler.cli.ci_labels import labels
from reconciler.cli.ci_options import (
    FILE,
    author_option,
    exit_code_option,
    number_option,
    plan_option,
    required_option,
    said_option,
)
from reconciler.cli.ci_place import forge, number_of, saved_plan, subject_of, text_in, told
from reconciler.cli.ci_reviewed import outputs, reviewed
from reconciler.cli.clouds import Problem
from reconciler.cli.exits import Exit
from reconciler.cli.options import project_options
from reconciler.cli.project import Flags
from reconciler.core.diagnostic import Diagnostic
from reconciler.forge.kind import ForgeError
from reconciler.forge.place import head_here
from reconciler.forge.record import Shown
from reconciler.forge.upkeep import close_issue, own_comment, put_comment, put_issue
from reconciler.render.forge_comment import PLAN_BYTES, comment_text, reviewed_text, with_outcome
from reconciler.render.plan_markdown import plan_markdown
from reconciler.render.visible import visible


@click.group("ci")
def command() -> None:
    """Comments, labels and issues about plans, on GitHub or GitLab, by the variables of the job."""


@command.command("comment")
@project_options
@plan_option
@click.option("--body", type=FILE, metavar="FILE", help="What `qctl plan --format markdown` said.")
@said_option
@exit_code_option
@number_option
@author_option
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
@said_option
@exit_code_option
@number_option
@author_option
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


@command.command("issue")
@project_options
@click.option("--body", type=FILE, required=True, metavar="FILE", help="What `qctl drift --format markdown` said.")
@exit_code_option
@click.option("--label", default="qctl:drift", show_default=True, help="By which the issue is found again.")
@author_option
@required_option
def issue(flags: Flags, body: Path, code: int, label: str, author: str, required: bool) -> int:
    """Keep one open issue while there is drift (exit code 2), and none while there is not (0)."""
    if code not in (Exit.DONE, Exit.CHANGES):
        detail = f"`qctl drift` ended with {code}, so nobody knows whether there is drift."
        raise Problem(Diagnostic("ci/no-drift", "Nothing to tell", detail, "Mend what it said, then run it again."))
    subject = subject_of(flags)
    title = f"Drift: {visible(subject.project or str(flags.folder))} ({visible(subject.environment)})"
    whole = f"{subject.drift_marker}\n\n{text_in(body).strip()}\n"

    def keep() -> str:
        act = put_issue if code == Exit.CHANGES else close_issue
        return f"Issue: {act(forge(author), label, subject.has_drift, title, whole)}."

    return told(keep, required=required)


for part in (labels, reviewed, outputs, sarif, quality):
    command.add_command(part)
