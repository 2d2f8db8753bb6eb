"""`qctl devices`."""

from __future__ import annotations

from collections.abc import Mapping

import click

from reconciler.cli.clouds import Problem
from reconciler.cli.device_list import HEAD, Listed, Wish, lists
from reconciler.cli.options import json_option, project_options
from reconciler.cli.project import Flags, Opened, open_project
from reconciler.cli.terminal import output
from reconciler.core.device_name import is_pasqal
from reconciler.core.diagnostic import Diagnostic
from reconciler.providers.kind import CloudUnavailable
from reconciler.render.device_text import device_text
from reconciler.render.json_form import dumps
from reconciler.render.table import table


@click.command("devices")
@click.argument("name", required=False)
@project_options
@click.option("--all", "everything", is_flag=True, help="Also retired devices, and clouds not used here.")
@json_option
def command(flags: Flags, name: str | None, everything: bool, as_json: bool) -> int:
    """List devices, their status, queues and execution windows; with NAME, all that is known of one of them.

    NAME is an alias, a device's name or an ARN.
    """
    project = open_project(flags)
    ways = lists(project, Wish(name, retired=everything))
    clouds = sorted(ways if everything else _used(project) & ways.keys() or ways)
    found: list[Listed] = []
    failed: dict[str, CloudUnavailable | Problem] = {}
    for cloud in clouds:
        try:
            found += ways[cloud]()
        except (CloudUnavailable, Problem) as error:
            failed[cloud] = error
    if len(failed) == len(clouds):
        raise next(iter(failed.values()))
    notes = {cloud: f"the devices of {cloud} can't be listed: {_words(error)}" for cloud, error in failed.items()}
    if name is not None and not found:
        detail = " But ".join([f"No device is called {name}.", *notes.values()])
        raise Problem(Diagnostic("device/not-found", "Unknown device", detail, "See `qctl devices --all`."))
    _print(found, notes, full=name is not None, as_json=as_json)
    return 0


def _used(project: Opened) -> set[str]:
    """The clouds that the project names in any way."""
    used = {"pasqal" if is_pasqal(text) else "braket" for text in project.session.context.devices.values()}
    used |= {project.session.kinds[d.address.kind].cloud for d in project.loaded.resources}
    return used | project.project.spec.providers.model_fields_set


def _words(error: CloudUnavailable | Problem) -> str:
    return " ".join(d.detail for d in error.diagnostics) if isinstance(error, Problem) else f"{error}."


def _print(found: list[Listed], notes: Mapping[str, str], *, full: bool, as_json: bool) -> None:
    out = output()
    if as_json:
        data = {"format_version": 1, "devices": [d.data for d in found]}
        out.line(dumps(data | ({"unavailable": notes} if notes else {})))
        return
    if full:
        out.line("\n\n".join(device_text(d.row[0], d.facts, colour=out.colour) for d in found))
    else:
        out.line(table(HEAD, [d.row for d in found], width=out.width, colour=out.colour))
    for note in notes.values():
        out.error(f"note: {note}")
