"""`qctl ci sarif` and `qctl ci quality`: findings on their lines, where code is reviewed."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import click

from reconciler.cli.ci_options import required_option
from reconciler.cli.ci_place import folder_in_repository, forge, told
from reconciler.cli.clouds import Problem
from reconciler.cli.exits import Exit
from reconciler.cli.options import project_options
from reconciler.cli.project import Flags
from reconciler.cli.terminal import output
from reconciler.core.diagnostic import Diagnostic
from reconciler.forge.github import GitHub
from reconciler.forge.kind import ForgeError
from reconciler.forge.place import analysed_here
from reconciler.forge.scanning import send_findings
from reconciler.render.code_scanning import NotSarif, Prepared, code_quality, prepared
from reconciler.render.json_form import any_json
from reconciler.render.visible import visible
from reconciler.workflow.checkout import commit_of
from reconciler.workflow.clock import SystemClock

_report = click.argument("report", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.command("sarif")
@project_options
@_report
@required_option
def sarif(flags: Flags, report: Path, required: bool) -> int:
    """Send what `--sarif` wrote to GitHub's code scanning, which shows it on its lines."""
    folder = folder_in_repository(flags.folder)
    try:
        ready = prepared(_read(report), folder, f"qctl/{visible(folder)}/{visible(flags.environment)}")
    except NotSarif as error:
        raise _no_findings(report, error) from error

    def send() -> str:
        there = forge()
        if not isinstance(there, GitHub):
            raise ForgeError("only GitHub takes SARIF; on GitLab use `qctl ci quality`")
        commit, ref = analysed_here(os.environ, commit_of(flags.folder)[0])
        data = any_json(ready.document, indent=None).encode()
        read = send_findings(there, SystemClock(), data, commit, ref)
        return f"Findings sent: {_counted(ready)}.{'' if read else ' GitHub has not read them yet.'}"

    return told(send, required=required)


@click.command("quality")
@project_options
@_report
def quality(flags: Flags, report: Path) -> int:
    """Print what `--sarif` wrote as GitLab's code quality report."""
    try:
        found = code_quality(_read(report), folder_in_repository(flags.folder))
    except NotSarif as error:
        raise _no_findings(report, error) from error
    output().line(any_json(found))
    return Exit.DONE


def _read(report: Path) -> Any:
    try:
        return json.loads(report.read_bytes())
    except (ValueError, RecursionError) as error:
        raise NotSarif("it is no JSON") from error


def _counted(ready: Prepared) -> str:
    return f"{ready.shown:,}" if ready.shown == ready.found else f"the worst {ready.shown:,} of {ready.found:,}"


def _no_findings(report: Path, error: NotSarif) -> Problem:
    detail = f"{visible(str(report))} holds no findings of qctl: {error}. Nothing was sent."
    remedy = "Give the file that `qctl plan --sarif` or `qctl validate --sarif` wrote."
    return Problem(Diagnostic("ci/no-sarif", "No findings of qctl", detail, remedy))
