"""How a command ends when it can't go on: a message for people, a code for scripts, a report for our own bugs."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from reconciler.cli.clouds import LOCAL_REMEDY, Problem
from reconciler.cli.exits import Exit
from reconciler.cli.terminal import output, report_problems
from reconciler.core.diagnostic import Diagnostic
from reconciler.core.price_table import InvalidPriceTable
from reconciler.emulator.broken import WorldError
from reconciler.providers.kind import CloudUnavailable, ResultMissing
from reconciler.render.report import write_report
from reconciler.store.errors import Conflict, LockHeld, LockLost, StoreError
from reconciler.workflow.observe import WrongAccount, WrongMode
from reconciler.workflow.resolve import NothingToResolve


def explain(error: BaseException, args: Sequence[str]) -> int:
    """Say what happened and return the exit code."""
    if isinstance(error, click.UsageError):
        error.show()
        return Exit.ERROR
    if isinstance(error, KeyboardInterrupt | click.Abort):
        output().error("Interrupted.")
        return Exit.INTERRUPTED
    if isinstance(error, BrokenPipeError):
        # Whoever read our output has seen enough; nothing more can be said to them.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.DONE
    known = diagnostics_of(error)
    if known:
        report_problems(known)
        return _code(error)
    path = write_report(error, args, Path(".qctl") / "reports")
    output().error(
        f"qctl failed, and that is a defect of qctl: {type(error).__name__}. What was done is on record. "
        f"The report is in {path}; it holds no secrets, please send it to the maintainers."
    )
    return Exit.BUG


def _code(error: BaseException) -> int:
    if isinstance(error, LockHeld):
        return Exit.LOCKED
    if isinstance(error, Conflict | LockLost):
        return Exit.STALE
    return Exit.ERROR


def diagnostics_of(error: BaseException) -> list[Diagnostic]:
    """What is said of an error that can be expected; nothing for a defect of ours."""
    if isinstance(error, Problem):
        return list(error.diagnostics)
    if isinstance(error, StoreError):
        return [error.diagnostic]
    for kind, (code, summary, remedy) in _KNOWN.items():
        if isinstance(error, kind):
            return [Diagnostic(code, summary, f"{_said(error)}.", remedy)]
    return []


def _said(error: BaseException) -> str:
    """What it says, without a system's number for it."""
    if not isinstance(error, OSError) or not error.strerror:
        return str(error).rstrip(".")
    return f"{error.filename}: {error.strerror}" if error.filename else error.strerror


_KNOWN: dict[type[Exception], tuple[str, str, str]] = {
    CloudUnavailable: (
        "cloud/unavailable",
        "Cloud could not be read",
        "Check the network, the credentials and their rights, then run the command again: nothing is lost.",
    ),
    WrongAccount: (
        "cloud/wrong-account",
        "Credentials of another account",
        "Use the credentials of that account, or another --env for this one. Nothing was compared: what these "
        "credentials can't see would look lost.",
    ),
    WrongMode: (
        "cloud/wrong-mode",
        "State of another cloud",
        "Use another --env: it has a state and runs of its own. Or move this state's files away, if they were a trial.",
    ),
    ResultMissing: ("results/missing", "No results", "Wait until the run is finished with `qctl wait`."),
    NothingToResolve: ("state/nothing-to-resolve", "Nothing to resolve", "See `qctl state list` for what is unknown."),
    WorldError: (
        "local/unusable",
        "Local cloud can't be used",
        LOCAL_REMEDY,
    ),
    InvalidPriceTable: (
        "prices/invalid",
        "Price table can't be used",
        "Take a whole list with `qctl cost prices --update FILE`, or delete the project's copy to use the shipped one.",
    ),
    OSError: ("system/file", "File can't be used", "Give access, make room, or use another."),
}
