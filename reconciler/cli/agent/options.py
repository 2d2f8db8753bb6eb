"""The options of `qctl reconcile`. Flags become values here, so that the command takes none apart."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from reconciler.cli.agent.board import Board
from reconciler.cli.agent.webhook import InvalidTemplate, Notifier, Send, parse_template
from reconciler.cli.clouds import Problem
from reconciler.cli.options import Command
from reconciler.core.diagnostic import Diagnostic
from reconciler.core.duration import seconds_of
from reconciler.core.permission import Applying, Permission

SECRET_VARIABLE = "QCTL_WEBHOOK_SECRET"  # noqa: S105 - the name of a variable
_LARGEST_TEMPLATE = 100_000  # bytes
_SECONDS = 10.0  # for one try


@dataclass(frozen=True, slots=True)
class Hook:
    """The variable with the webhook's address, and the file with its template."""

    variable: str
    template: Path | None


def permission_options(command: Command) -> Command:
    """What may be done: the command gets `permission` and `approved_by`."""

    @wraps(command)
    def gathered(applying: str, cancel: bool, replace: bool, approved_by: Path | None, **rest: Any) -> int:
        if (applying == Applying.APPROVED) != (approved_by is not None):
            raise click.UsageError("--apply approved and --approved-by FILE go together.")
        permission = Permission(Applying(applying), cancel, replace)
        return command(permission=permission, approved_by=approved_by, **rest)

    return _with(
        gathered,
        click.option(
            "--apply",
            "applying",
            type=click.Choice([str(a) for a in Applying]),
            default="auto",
            show_default=True,
            help="What policies and permissions allow, a plan that was approved, or nothing.",
        ),
        click.option("--allow-cancel", "cancel", is_flag=True, help="Runs may be cancelled, objects deleted."),
        click.option("--allow-replace", "replace", is_flag=True, help="Unfinished runs may be replaced."),
        click.option(
            "--approved-by",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="Fingerprints of approved plans, one a line; a relative path is in the project's folder.",
        ),
    )


def git_options(command: Command) -> Command:
    """Where the manifests come from: the command gets `git`, `ref`, `path` and `cache`."""
    return _with(
        command,
        click.option("--git", metavar="URL", help="Fetch the manifests from this repository before each round."),
        click.option("--ref", default="main", show_default=True, help="Its branch or tag."),
        click.option("--path", default=".", show_default=True, help="The project's folder in it."),
        click.option(
            "--cache",
            type=click.Path(file_okay=False, path_type=Path),
            metavar="FOLDER",
            help="Where it is kept, with a local state.",
        ),
    )


def hook_options(command: Command) -> Command:
    """Who is told: the command gets `hook`."""

    @wraps(command)
    def gathered(webhook: str, webhook_template: Path | None, **rest: Any) -> int:
        return command(hook=Hook(webhook, webhook_template), **rest)

    return _with(
        gathered,
        click.option(
            "--webhook",
            default="QCTL_WEBHOOK_URL",
            show_default=True,
            metavar="VARIABLE",
            help="The variable of the environment that holds the address to notify.",
        ),
        click.option(
            "--webhook-template",
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            metavar="FILE",
            help="The JSON to post, with $names in its texts.",
        ),
    )


def read_interval(text: str) -> float:
    """Seconds between two rounds. Raises Problem."""
    seconds = seconds_of(text)
    if seconds is None or not 1 <= seconds <= 86_400:
        detail = f"{text!r} is no duration from 1s to 1d."
        raise Problem(Diagnostic("cli/duration", "Not a duration", detail, "Write it like 30s, 5m or 1h."))
    return float(seconds)


def read_listen(text: str) -> tuple[str, int] | None:
    """Host and port; None for `none`. Raises Problem."""
    if text == "none":
        return None
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isdecimal() or int(port) > 65_535:
        detail = f"{text!r} is no HOST:PORT."
        remedy = "Write it like 127.0.0.1:8643 or [::1]:8643, or none to serve nothing."
        raise Problem(Diagnostic("agent/listen", "Not an address to listen at", detail, remedy))
    return host.removeprefix("[").removesuffix("]"), int(port)


def notifier_of(hook: Hook, board: Board, environ: Mapping[str, str] = os.environ) -> Notifier | None:
    """Who tells the webhook, if there is one. Its address is a secret, and never shown. Raises Problem."""
    if "/" in hook.variable:
        detail = "--webhook takes the name of a variable: an address there would stand in lists of processes."
        raise Problem(
            Diagnostic("agent/webhook", "Webhook can't be used", detail, "Put the address into the variable.")
        )
    if _is_empty(hook.variable, environ):
        detail = f"{hook.variable} is set and empty, so nobody would be told."
        raise Problem(Diagnostic("agent/webhook", "Webhook can't be used", detail, "Give it an address, or unset it."))
    url = environ.get(hook.variable)
    if url is None:
        return None
    if _is_empty(SECRET_VARIABLE, environ):
        detail = f"{SECRET_VARIABLE} is set and empty, so what is told would not be signed."
        raise Problem(Diagnostic("agent/webhook", "Webhook can't be used", detail, "Give it a secret, or unset it."))
    if not _is_private(url):
        detail = f"What {hook.variable} holds does not begin with https://, so others could read what is told."
        raise Problem(Diagnostic("agent/webhook", "Webhook can't be used", detail, "Use https."))
    secret = environ.get(SECRET_VARIABLE, "").encode()
    return Notifier(_sender(url), board.notified, secret, _template(hook.template))


def _is_empty(name: str, environ: Mapping[str, str]) -> bool:
    """Whether somebody set it to nothing, as CI does with a secret that is not there: meant, and not given."""
    return not environ.get(name, "-").strip()


def _is_private(url: str) -> bool:
    """Whether nobody on the way can read what is told: encrypted, or on this machine."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    here = parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost", "::1"}
    return bool(parts.hostname) and (parts.scheme == "https" or here)


def _template(file: Path | None) -> Any:
    if file is None:
        return None
    try:
        return parse_template(file.read_bytes()[:_LARGEST_TEMPLATE].decode("utf-8"))
    except (InvalidTemplate, UnicodeDecodeError) as error:
        remedy = 'Write JSON such as {"text": "$text"}.'
        raise Problem(Diagnostic("agent/webhook", "Webhook can't be used", f"{file}: {error}.", remedy)) from error


def _sender(url: str) -> Send:
    import httpx  # only where somebody is to be told

    def send(body: bytes, headers: Mapping[str, str]) -> int:
        try:
            # Redirects are not followed: a body that tells what is spent goes where it was meant to, or nowhere.
            return httpx.post(url, content=body, headers=dict(headers), timeout=_SECONDS).status_code
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise OSError("the webhook did not answer") from error

    return send


def _with(command: Command, *options: Callable[[Command], Command]) -> Command:
    for option in reversed(options):
        command = option(command)
    return command
