"""The command `qctl`: names and one-line helps of its commands. Each command's module is imported when it is run."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib import import_module

import click

from reconciler import __version__

COMMANDS = {
    "init": "Begin a project in this folder.",
    "validate": "Check the manifests; reads no state and calls no cloud.",
    "render": "Print the final documents, and where each value comes from.",
    "plan": "Show what apply would do, why, and what it costs.",
    "apply": "Do what the plan shows, once.",
    "reconcile": "Keep an account as a folder or a repository declares it.",
    "destroy": "Cancel what is unfinished and let go of the rest.",
    "show": "Show declared runs and how they stand.",
    "wait": "Wait until runs are finished.",
    "results": "Show or download what runs measured.",
    "import": "Take over existing runs, or write manifests for them.",
    "orphans": "List runs that no declared or remembered address has.",
    "drift": "Show what differs between the record and the clouds.",
    "state": "List, show and mend what qctl remembers.",
    "log": "Tell who applied what, when, from which commit, at which cost.",
    "cost": "Show what runs cost, against their estimates, and the prices.",
    "policy": "List, test and begin policies: rules that every plan must keep.",
    "devices": "List devices, their status and queues.",
    "graph": "Show which resource waits for which.",
    "ci": "Comment on pull requests, label them, and keep an issue about drift.",
    "iam": "Say which rights a project needs on its account.",
    "schema": "Print or write the JSON Schemas.",
    "local": "Serve, reset, advance and disturb the local cloud.",
    "completion": "Print the completion script for a shell.",
    "version": "Print the version.",
}
_MODULES = {"import": "import_"}  # a word of Python's own


_INTERRUPTED = 130  # as in `exits`, which `qctl --help` does without
_SETTINGS = {
    "help_option_names": ["-h", "--help"],
    "max_content_width": 100,
}


class Commands(click.Group):
    """Finds a command's module by its name, so that `qctl --help` imports none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which one meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now."""
        return _command(cmd_name) if cmd_name in COMMANDS else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with a suggestion for a mistyped name."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from difflib import get_close_matches  # only for a mistake

            close = get_close_matches(args[0], COMMANDS, 1)
            hint = f" Did you mean {close[0]!r}?" if close else ""
            ctx.fail(f"No such command {args[0]!r}.{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """From the table above, without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@cache
def _command(name: str) -> click.Command:
    from reconciler.cli.variables import heeding_variables  # with the first command, as all that commands need

    command: click.Command = import_module(f"reconciler.cli.{_MODULES.get(name, name)}").command
    return heeding_variables(command, f"qctl {name}")


@click.group(cls=Commands, context_settings=_SETTINGS)
@click.version_option(__version__, prog_name="qctl", message="%(prog)s %(version)s")
def cli() -> None:
    """Terraform for quantum work: declare runs in YAML, see what they cost, pay for each once."""


def main(args: Sequence[str]) -> int:
    """Run one command and return its exit code. Every way a command can end badly goes through here."""
    try:
        result = cli.main(list(args), prog_name="qctl", standalone_mode=False)
        return int(result or 0)
    except click.exceptions.Exit as end:
        return int(end.exit_code)
    except SystemExit as end:  # how click ends when a shell asked what a word could become
        return int(end.code or 0)
    except BaseException as error:  # noqa: BLE001 - the one place: a person sees a message, never a traceback
        with _ending():
            from reconciler.cli.failure import explain  # only when something failed

            return explain(error, args)


@contextmanager
def _ending() -> Iterator[None]:
    """One more Ctrl-C ends the process at once, quietly: locks are given back, and only words are left to be said."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may catch signals
        return
    before = signal.signal(signal.SIGINT, lambda _number, _frame: os._exit(_INTERRUPTED))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def run() -> None:
    """The entry point of the command."""
    code = main(sys.argv[1:])
    with _ending():
        sys.exit(code)


if __name__ == "__main__":
    run()
