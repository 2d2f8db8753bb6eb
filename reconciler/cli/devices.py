"""`qctl devices`."""

from __future__ import annotations

import click

from reconciler.cli.clouds import Problem
from reconciler.cli.options import json_option, project_options
from reconciler.cli.project import Flags, open_project
from reconciler.cli.terminal import output
from reconciler.core.diagnostic import Diagnostic
from reconciler.providers.braket.device import Device, get_device, list_devices
from reconciler.render.json_form import dumps
from reconciler.render.table import table


@click.command("devices")
@click.argument("name", required=False)
@project_options
@click.option("--all", "everything", is_flag=True, help="Also devices that are retired.")
@json_option
def command(flags: Flags, name: str | None, everything: bool, as_json: bool) -> int:
    """List devices, their status and queues. NAME is an alias, a device's name or an ARN."""
    project = open_project(flags)
    client = project.braket.client()
    aliases = {arn: alias for alias, arn in project.project.spec.devices.items()}
    found = [d for d in list_devices(client) if name is None or _is(d, name, aliases)]
    if name is not None and not found:
        detail = f"No device is called {name}."
        raise Problem(Diagnostic("device/not-found", "Unknown device", detail, "See `qctl devices --all`."))
    shown = [d for d in found if everything or name is not None or d.status != "RETIRED"]
    devices = [get_device(client, d.arn) or d for d in shown]
    out = output()
    if as_json:
        out.line(dumps({"format_version": 1, "devices": [_to_json(d, aliases) for d in devices]}))
        return 0
    head = ["DEVICE", "PROVIDER", "TYPE", "STATUS", "QUBITS", "SHOTS", "PRICE", "QUEUE", "ALIAS", "ARN"]
    out.line(table(head, [_row(d, aliases) for d in devices], width=out.width, colour=out.colour))
    return 0


def _is(device: Device, name: str, aliases: dict[str, str]) -> bool:
    return name.lower() in (device.name.lower(), device.arn.lower(), aliases.get(device.arn, "").lower())


def _row(device: Device, aliases: dict[str, str]) -> list[str]:
    shots, price = device.shots, device.unit_price
    return [
        device.name,
        device.provider,
        device.type,
        device.status,
        str(device.qubits or "?"),
        f"{shots[0]}-{shots[1]}" if shots else "?",
        f"{price[0]} USD/{price[1]}" if price else "unknown",
        device.queues.get("tasks", "?"),
        aliases.get(device.arn, "-"),
        device.arn,
    ]


def _to_json(device: Device, aliases: dict[str, str]) -> dict[str, object]:
    price = device.unit_price
    return {
        "arn": device.arn,
        "name": device.name,
        "alias": aliases.get(device.arn),
        "provider": device.provider,
        "type": device.type,
        "status": device.status,
        "qubits": device.qubits,
        "shots": device.shots,
        "price": {"amount": str(price[0]), "currency": "USD", "unit": price[1]} if price else None,
        "queues": dict(device.queues),
        "programs": sorted(device.programs),
    }
