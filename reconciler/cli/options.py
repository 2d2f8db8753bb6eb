"""The options that several commands share. Flags become one value here, so that no command takes them apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from math import isfinite
from pathlib import Path
from typing import Any

import click

from reconciler.cli.clouds import Problem
from reconciler.cli.project import Flags, load, parse_variables
from reconciler.core.address import Address, InvalidAddress, parse_address
from reconciler.core.diagnostic import Diagnostic
from reconciler.workflow.observe import Refresh
from reconciler.workflow.selection import Selection

Command = Callable[..., int]
_MOST_COMPLETIONS = 200
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


def _finite(_ctx: click.Context, _parameter: click.Parameter, value: float | None) -> float | None:
    """A number of seconds; nan passes every comparison, and would never be over."""
    if value is not None and not isfinite(value):
        raise click.BadParameter(f"{value} is no number of seconds.")
    return value


@dataclass(frozen=True, slots=True)
class How:
    """How a plan is carried out."""

    auto_approve: bool
    wait_for: bool
    timeout: float | None
    parallelism: int
    lock_timeout: float
    json_into: Path | None = None


def project_options(command: Command) -> Command:
    """Where the project is and how it is read: the command gets `flags`."""

    @wraps(command)
    def gathered(
        folder: Path, files: tuple[Path, ...], variables: tuple[str, ...], environment: str, **rest: Any
    ) -> int:
        return command(flags=Flags(folder, files, parse_variables(variables), environment), **rest)

    return _with(
        gathered,
        click.option("-C", "--chdir", "folder", type=FOLDER, default=Path(), help="The project's folder."),
        click.option(
            "-f",
            "--file",
            "files",
            multiple=True,
            type=click.Path(path_type=Path),
            help="Read only these manifests. Repeatable.",
        ),
        click.option("--var", "variables", multiple=True, metavar="NAME=VALUE", help="Set a variable. Repeatable."),
        click.option(
            "--env",
            "environment",
            default="default",
            envvar="QCTL_ENV",
            show_default=True,
            help="The environment: its own state, its own runs.",
        ),
    )


def selection_options(command: Command) -> Command:
    """Which part of the plan is meant, and what to ask the cloud: the command gets `selection` and `refresh`."""

    @wraps(command)
    def gathered(forced: tuple[str, ...], refresh: str, selection: Selection, **rest: Any) -> int:
        chosen = Selection(selection.targets, selection.excluded, addresses(forced))
        return command(selection=chosen, refresh=Refresh(refresh), **rest)

    return target_options(
        _with(
            gathered,
            _address_option("--replace", "forced", "Pay for another run of this. Repeatable."),
            refresh_option,
        )
    )


def target_options(command: Command) -> Command:
    """Which addresses are meant: the command gets `selection`."""

    @wraps(command)
    def gathered(targets: tuple[str, ...], excluded: tuple[str, ...], **rest: Any) -> int:
        return command(selection=Selection(addresses(targets), addresses(excluded)), **rest)

    return _with(
        gathered,
        _address_option("--target", "targets", "Only this and what it waits for. Repeatable."),
        _address_option("--exclude", "excluded", "All but this. Repeatable."),
    )


def run_options(command: Command) -> Command:
    """How a plan is carried out: the command gets `how`."""

    @wraps(command)
    def gathered(
        auto_approve: bool,
        wait_for: bool,
        timeout: float | None,
        parallelism: int,
        lock_timeout: float,
        json_into: Path | None,
        **rest: Any,
    ) -> int:
        return command(how=How(auto_approve, wait_for, timeout, parallelism, lock_timeout, json_into), **rest)

    return _with(
        gathered,
        click.option("--auto-approve", is_flag=True, help="Do not ask."),
        click.option(
            "--wait", "wait_for", is_flag=True, help="Wait until the runs are finished; exit with 1 if one fails."
        ),
        timeout_option,
        click.option(
            "--parallelism", type=click.IntRange(1, 64), default=10, show_default=True, help="So many calls at a time."
        ),
        lock_timeout_option,
        json_into_option,
    )


def address_arguments(command: Command) -> Command:
    """Addresses as arguments; none means all: the command gets `selection`."""

    @wraps(command)
    def gathered(targets: tuple[str, ...], **rest: Any) -> int:
        return command(selection=Selection(addresses(targets)), **rest)

    argument = click.argument("targets", nargs=-1, metavar="[ADDRESS]...", shell_complete=complete_address)
    return _with(gathered, argument)


lock_timeout_option = click.option(
    "--lock-timeout",
    type=click.FloatRange(0),
    callback=_finite,
    default=0.0,
    metavar="SECONDS",
    help="Wait so long for the state's lock; without it a locked state is refused at once.",
)
refresh_option = click.option(
    "--refresh",
    type=click.Choice(["open", "all", "none"]),
    default="open",
    show_default=True,
    help="Ask the cloud about unfinished runs, all runs, or none.",
)
timeout_option = click.option(
    "--timeout",
    type=click.FloatRange(0),
    callback=_finite,
    metavar="SECONDS",
    help="Wait at most so long; then exit with 7.",
)
json_into_option = click.option(
    "--json-into", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write the JSON there as well."
)
sarif_option = click.option(
    "--sarif", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write the findings as SARIF."
)
junit_option = click.option(
    "--junit",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write what was tried as JUnit.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")


def complete_address(_ctx: click.Context, _parameter: click.Parameter, begun: str) -> list[str]:
    """The declared addresses that go on like this, for the shell; a broken manifest completes to nothing."""
    resources = load(Flags()).resources
    return [text for text in (str(r.address) for r in resources) if text.startswith(begun)][:_MOST_COMPLETIONS]


def _address_option(name: str, parameter: str, meaning: str) -> Callable[[Command], Command]:
    return click.option(
        name, parameter, multiple=True, metavar="ADDRESS", shell_complete=complete_address, help=meaning
    )


def _with(command: Command, *options: Callable[[Command], Command]) -> Command:
    for option in reversed(options):
        command = option(command)
    return command


def addresses(texts: tuple[str, ...]) -> frozenset[Address]:
    """Addresses from the command line. Raises Problem with all that are none."""
    found: set[Address] = set()
    wrong: list[Diagnostic] = []
    for text in texts:
        try:
            found.add(parse_address(text))
        except InvalidAddress as error:
            remedy = "See `qctl state list` and `qctl graph` for addresses; quote them in a shell."
            wrong.append(Diagnostic("cli/address", "Not an address", f"{error}.", remedy))
    if wrong:
        raise Problem(*wrong)
    return frozenset(found)
