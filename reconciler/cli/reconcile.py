"""`qctl reconcile`."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import click

from reconciler import __version__
from reconciler.cli.agent.board import Board
from reconciler.cli.agent.log import log_json, log_text
from reconciler.cli.agent.loop import Agent
from reconciler.cli.agent.options import (
    Hook,
    git_options,
    hook_options,
    notifier_of,
    permission_options,
    read_interval,
    read_listen,
)
from reconciler.cli.agent.source import Source, source_of
from reconciler.cli.clouds import Problem
from reconciler.cli.event_stream import EventStream
from reconciler.cli.options import json_option, project_options
from reconciler.cli.project import Flags
from reconciler.cli.terminal import output
from reconciler.core.diagnostic import Diagnostic
from reconciler.core.permission import Permission
from reconciler.core.status import Status
from reconciler.workflow.clock import SystemClock
from reconciler.workflow.session import timestamp


@click.command("reconcile")
@project_options
@git_options
@click.option("--interval", default="5m", show_default=True, metavar="DURATION", help="Between two rounds.")
@click.option("--once", is_flag=True, help="One round, without a server; for cron.")
@permission_options
@click.option(
    "--listen",
    default="127.0.0.1:8643",
    show_default=True,
    metavar="HOST:PORT",
    help="Where to tell of itself; none: nowhere.",
)
@hook_options
@click.option(
    "--parallelism", type=click.IntRange(1, 64), default=10, show_default=True, help="So many calls at a time."
)
@click.option(
    "--lock-timeout",
    type=click.FloatRange(0, 3600),
    default=30.0,
    show_default=True,
    metavar="SECONDS",
    help="Wait so long for the state's lock in each round.",
)
@json_option
def command(  # noqa: PLR0913, PLR0917 - one for each option
    flags: Flags,
    git: str | None,
    ref: str,
    path: str,
    cache: Path | None,
    interval: str,
    once: bool,
    permission: Permission,
    approved_by: Path | None,
    listen: str,
    hook: Hook,
    parallelism: int,
    lock_timeout: float,
    as_json: bool,
) -> int:
    """Keep an account as a folder or a repository declares it, round after round.

    Each round reads the manifests, plans under the ordinary lock, and does what may be done: submit within budgets and
    policies, yes; cancel or replace only with --allow-cancel and --allow-replace. The rest is told, and left.

    It tells how it stands at http://127.0.0.1:8643/, /healthz, /livez and /metrics.
    """
    seconds, address = read_interval(interval), read_listen(listen)
    source = source_of(replace(flags, parallelism=parallelism), git, ref, path, cache)
    clock = SystemClock()
    board = Board(clock, seconds, _status(source, permission, seconds, timestamp(clock.now())))
    agent = Agent(
        source,
        permission,
        board,
        EventStream(as_json=as_json).view(),
        log_json if as_json else log_text,
        clock,
        random.random,
        approved_by,
        lock_timeout,
        parallelism,
        notifier_of(hook, board),
    )
    if once:
        return agent.once()
    with _served(board, address):
        return agent.run()


def _status(source: Source, permission: Permission, seconds: float, started: str) -> Status:
    allowed = [word for word, given in (("cancels", permission.cancel), ("replaces", permission.replace)) if given]
    return Status(__version__, source.name, ", ".join([permission.applying, *allowed]), started, seconds)


@contextmanager
def _served(board: Board, address: tuple[str, int] | None) -> Iterator[None]:
    """While this lasts, whoever asks is told how the agent stands."""
    if address is None:
        yield
        return
    try:
        import jinja2  # noqa: F401 - asked for before the first round, not when somebody opens the page

        from reconciler.cli.agent.answers import is_loopback
        from reconciler.cli.agent.server import serving  # waitress and prometheus_client, of the extra `agent`
    except ModuleNotFoundError as error:
        remedy = "Install it with: pip install 'qctl[agent]'; or say --listen none."
        raise Problem(Diagnostic("agent/no-server", "Status can't be served", f"{error}.", remedy)) from error
    host, port = address
    out = output()
    if not is_loopback(host):
        out.error(
            f"warning: {host} can be reached from elsewhere, and whoever reaches it reads what runs and its cost."
        )
    with ExitStack() as stack:
        try:
            url = stack.enter_context(serving(board, host, port))
        except OSError as error:
            detail = f"{host}:{port}: {error.strerror or error}."
            raise Problem(Diagnostic("agent/listen", "Not an address to listen at", detail, "Name another.")) from error
        out.error(f"The agent tells how it stands at {url}/")
        yield
