"""`qctl local`."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from reconciler.cli.clouds import Problem, open_world, world_path
from reconciler.cli.options import FOLDER, json_option
from reconciler.cli.terminal import output
from reconciler.core.diagnostic import Diagnostic
from reconciler.render.json_form import dumps

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(s|m|h|d)?")
_FURTHEST = 100_000  # days are 270 years; a clock beyond the calendar can't be turned back
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_folder = click.option("-C", "--chdir", "folder", type=FOLDER, default=Path(), help="The project's folder.")


@click.group("local")
def command() -> None:
    """Serve, reset, advance and disturb the local cloud of this folder."""


@command.command("serve")
@_folder
@click.option("--host", default="127.0.0.1", show_default=True, help="An address of this machine alone.")
@click.option("--port", type=click.IntRange(0, 65535), default=8642, show_default=True, help="0 takes a free one.")
def serve_(folder: Path, host: str, port: int) -> int:
    """Serve the local cloud over HTTP, for the clouds' own SDKs and for other programs."""
    try:
        from reconciler.emulator.server import Running, serve  # waitress, of the extra `serve`
    except ModuleNotFoundError as error:
        remedy = "Install it with: pip install 'qctl[serve,simulate]'"
        raise Problem(Diagnostic("local/no-server", "HTTP server not installed", f"{error}.", remedy)) from error

    def ready(running: Running) -> None:
        out = output()
        out.line(f"The local cloud answers at {running.url}; stop it with Ctrl-C. For AWS SDKs in another terminal:\n")
        for name, value in _environment(running.url).items():
            out.line(f"  export {name}={value}")
        out.line("\nFor Pasqal's SDK, in Python:\n")
        for line in pasqal_client(running.url).splitlines():
            out.line(f"  {line}".rstrip())

    try:
        serve(open_world(folder), host, port, ready)
    except ValueError as error:
        raise Problem(Diagnostic("local/address", "Not an address of this machine", str(error), "")) from error
    return 0


def _environment(url: str) -> dict[str, str]:
    """What makes an unmodified SDK talk to us (reference: run_batch drops any other way to set the endpoint)."""
    return {
        "AWS_ENDPOINT_URL": url,
        "BRAKET_ENDPOINT": url,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def pasqal_client(url: str) -> str:
    """Python that makes a client of the unmodified pasqal-cloud SDK which talks to us; its other defaults are real."""
    from reconciler.emulator.pasqal.context import PROJECT  # only who serves needs the emulator

    return f"""from pasqal_cloud.endpoints import Endpoints, TokenProviderConf
from pasqal_cloud.pasqal_cloud_client import PasqalCloudClient

client = PasqalCloudClient(
    username="any",
    password="any",
    project_id="{PROJECT}",
    endpoints=Endpoints(core="{url}/core-fast", account="{url}/account"),
    auth_config=TokenProviderConf("{url}/oauth/token", "any", "any", "any", "password"),
)"""


@command.command("reset")
@_folder
@click.option("--yes", is_flag=True, help="Do not ask.")
def reset(folder: Path, yes: bool) -> int:
    """Empty the local cloud: tasks, batches, results, switches, faults and the clock."""
    if not yes:
        click.confirm(f"Empty the local cloud in {world_path(folder)}?", abort=True)
    open_world(folder).reset()
    output().line("The local cloud is empty.")
    return 0


@command.command("advance")
@click.argument("duration")
@_folder
def advance(duration: str, folder: Path) -> int:
    """Move the local cloud's clock, as in 90s, 10m, 1h or 2d: queues pass and tasks finish."""
    found = _DURATION.fullmatch(duration.strip())
    if not found:
        raise click.UsageError(f"{duration!r} is no duration: write 90s, 10m, 1h or 2d.")
    if float(found.group(1)) > _FURTHEST:
        raise click.UsageError(f"{duration!r} is too far: at most {_FURTHEST} of a unit.")
    step = timedelta(**{_UNITS[found.group(2) or "s"]: float(found.group(1))})
    world = open_world(folder)
    world.advance(step.total_seconds())
    output().line(f"The local cloud's clock is at {world.now():%Y-%m-%d %H:%M:%S} UTC.")
    return 0


@command.command("status")
@_folder
@json_option
def status(folder: Path, as_json: bool) -> int:
    """Show what the local cloud holds, its clock, switches and faults."""
    world = open_world(folder)
    calls = {"calls_by_operation": world.counts(), "pasqal_calls_by_operation": world.counts("pasqal")}
    data: dict[str, Any] = {**world.status(), **calls}
    data["now"] = data["now"].isoformat()
    out = output()
    if as_json:
        out.line(dumps({"format_version": 1, **data}))
        return 0
    for name, value in data.items():
        out.line(f"{name.replace('_', ' '):<26} {_text(value)}")
    return 0


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{k}={v}" for k, v in value.items()) or "none"
    return str(value)


@command.command("switch")
@click.argument("name", required=False)
@click.argument("value", required=False)
@_folder
def switch(name: str | None, value: str | None, folder: Path) -> int:
    """List the switches, show one, or set it: each is an open question about the real service."""
    world = open_world(folder)
    try:
        if name is not None and value is not None:
            world.set_switch(name, value)
    except ValueError as error:
        raise Problem(Diagnostic("local/switch", "Switch can't be set", str(error), "See docs/emulator.md.")) from error
    found = {k: v for k, v in world.switches().items() if name in (None, k)}
    if not found:
        detail = f"There is no switch {name}."
        raise Problem(Diagnostic("local/switch", "Unknown switch", detail, "See `qctl local switch`."))
    for key, setting in found.items():
        output().line(f"{key} = {setting!r}")
    return 0


@command.command("fault")
@click.argument("rule", required=False)
@click.option("--clear", is_flag=True, help="Remove every fault.")
@_folder
def fault(rule: str | None, clear: bool, folder: Path) -> int:
    """Add a fault, list them, or clear them.

    RULE is JSON: {"operation": "CreateQuantumTask", "effect": "lost"}, or
    {"service": "pasqal", "operation": "CreateBatch", "effect": "status-after", "status": 504}.
    """
    world = open_world(folder)
    if clear:
        world.clear_faults()
    if rule is not None:
        try:
            world.add_fault(_object(rule))
        except (ValueError, TypeError) as error:
            raise Problem(Diagnostic("local/fault", "Not a fault", str(error), "See docs/emulator.md.")) from error
    for line in world.faults():
        found = line.rule
        effect = f"{found.effect} {found.status}" if found.status else found.effect
        output().line(f"{line.id}: {effect} on {found.service}.{found.operation}, fired {line.fired}x")
    return 0


def _object(text: str) -> dict[str, Any]:
    value = json.loads(text)
    if not isinstance(value, dict):
        raise TypeError("A fault is a JSON object.")
    return value
