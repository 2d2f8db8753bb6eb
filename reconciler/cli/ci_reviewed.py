"""`qctl ci reviewed` and `qctl ci outputs`: what the next steps of a job go by, as NAME=VALUE lines."""

from __future__ import annotations

import os
from pathlib import Path

import click

from reconciler.cli.ci_options import author_option, exit_code_option, plan_option
from reconciler.cli.ci_place import forge, problem_of, saved_plan, subject_of
from reconciler.cli.clouds import Problem
from reconciler.cli.exits import Exit
from reconciler.cli.options import project_options
from reconciler.cli.project import Flags
from reconciler.cli.terminal import output
from reconciler.core.diagnostic import Diagnostic
from reconciler.forge.kind import ForgeError
from reconciler.forge.record import Shown, shown_in
from reconciler.forge.upkeep import own_comment
from reconciler.render.visible import visible


@click.command("reviewed")
@project_options
@click.option("--commit", metavar="SHA", help="What is to be applied; else the job's own commit.")
@author_option
def reviewed(flags: Flags, commit: str | None, author: str) -> int:
    """Print which plan was reviewed in the pull request merged as this commit, as NAME=VALUE lines."""
    head = commit or os.environ.get("GITHUB_SHA") or os.environ.get("CI_COMMIT_SHA") or ""
    try:
        number, shown = _reviewed(flags, head, author)
    except ForgeError as error:
        raise Problem(problem_of(error)) from error
    output().line(f"pull-request={number}\nfingerprint={shown.fingerprint}\nplanned-commit={shown.commit}")
    return Exit.DONE


@click.command("outputs")
@project_options
@plan_option
@exit_code_option
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
