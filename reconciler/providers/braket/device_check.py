"""What a device would say of a task, asked before anything is paid: a refusal at submission helps nobody."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from reconciler.core.declared import Path
from reconciler.core.diagnostic import Diagnostic, Severity
from reconciler.core.money import Price
from reconciler.core.resource import Resource
from reconciler.providers.braket.client import BraketClient
from reconciler.providers.braket.device import TASK_FEE, Device, get_device
from reconciler.providers.braket.quantum_task import TaskPayload
from reconciler.providers.braket.window import moment
from reconciler.providers.kind import Checked

_SIMULATOR_FLOOR = Decimal(3) / 60  # minutes: a simulator task is billed for at least 3 s


def check(client: BraketClient, resources: Sequence[Resource], now: datetime) -> Checked:
    """Ask each device once. Raises CloudUnavailable."""
    devices = {arn: get_device(client, arn) for arn in sorted({str(r.execution["device"]) for r in resources})}
    findings: list[Diagnostic] = []
    prices: dict[object, Price] = {}
    for resource in resources:
        device = devices[resource.execution["device"]]
        findings.extend(_findings(resource, device))
        if device is not None:
            price = price_of(device, int(resource.execution["shots"]))
            if price is not None:
                prices[resource.address] = price
    priced = {r.address: prices[r.address] for r in resources if r.address in prices}
    return Checked(findings, priced, [note for device in devices.values() if device for note in _waiting(device, now)])


def _waiting(device: Device, now: datetime) -> Iterator[str]:
    """What is submitted outside of a device's windows is taken, and waits."""
    opens = device.windows.opens(now)
    if opens is not None and device.type == "QPU" and device.status == "ONLINE":
        queue = device.queues.get("tasks", "unknown")
        yield (
            f"{device.name} is outside of its execution windows: submitted now it waits. "
            f"The next window opens {moment(opens)}; tasks in its queue: {queue}."
        )


def price_of(device: Device, shots: int) -> Price | None:
    """The price by the device's own capabilities, None if they don't say."""
    stated = device.unit_price
    if stated is None:
        return None
    price, unit = stated
    if unit == "shot":
        cost = TASK_FEE + price * shots
        return Price(cost, cost, f"{TASK_FEE} a task and {price} a shot, by the device's capabilities")
    if unit == "minute":
        # Its time can't be known before; only the least that is billed.
        return Price(price * _SIMULATOR_FLOOR, None, f"{price} a minute, at least 3 s, by the device's capabilities")
    return None


def _findings(resource: Resource, device: Device | None) -> Iterator[Diagnostic]:
    yield from standing(resource, device, "tasks")
    if device is not None:
        yield from _shots(resource, device)
        yield from _program(resource, resource.payload, device)


def standing(resource: Resource, device: Device | None, noun: str) -> Iterator[Diagnostic]:
    """Whether the device is there and takes anything at all; `noun` says what would be submitted."""
    arn = str(resource.execution["device"])
    if device is None:
        yield finding(
            resource,
            ("device",),
            "device/not-found",
            "Unknown device",
            f"Braket knows no device {arn} in its region for this account.",
            "Choose one of `qctl devices`.",
        )
        return
    if device.status == "RETIRED":
        yield finding(
            resource,
            ("device",),
            "device/retired",
            "Device is retired",
            f"{device.name} takes no more {noun}: Braket would refuse this one.",
            "Choose one of `qctl devices`.",
        )
    if device.status == "OFFLINE":
        yield finding(
            resource,
            ("device",),
            "device/offline",
            "Device is offline",
            f"{device.name} is offline now; while it is, Braket refuses {noun} for it.",
            "Apply later, or choose another of `qctl devices`.",
            Severity.WARNING,
        )


def _shots(resource: Resource, device: Device) -> Iterator[Diagnostic]:
    shots = int(resource.execution["shots"])
    if device.shots is None or device.shots[0] <= shots <= device.shots[1]:
        return
    low, high = device.shots
    yield finding(
        resource,
        ("shots",),
        "device/shots",
        "Shots out of the device's range",
        f"{device.name} takes {low:,} to {high:,} shots a task, found {shots:,}: Braket would refuse this task.",
        f"Choose from {low:,} to {high:,}.",
    )


def _program(resource: Resource, payload: TaskPayload, device: Device) -> Iterator[Diagnostic]:
    header = _header(payload)
    if not device.programs or header is None or header in device.programs:
        return
    yield finding(
        resource,
        ("program", payload.language),
        "device/program",
        "Device does not take such programs",
        f"{device.name} takes {', '.join(sorted(device.programs))}; this is a {header}.",
        "Choose a device for this kind of program with `qctl devices`.",
    )


def _header(payload: TaskPayload) -> str | None:
    if payload.language == "openqasm":
        return "braket.ir.openqasm.program"
    try:
        return str(json.loads(payload.source.text)["braketSchemaHeader"]["name"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return "program without a braketSchemaHeader"


def finding(
    resource: Resource,
    path: Path,
    code: str,
    summary: str,
    detail: str,
    remedy: str,
    severity: Severity = Severity.ERROR,
) -> Diagnostic:
    """A diagnostic at a path of the resource's spec."""
    where = resource.payload.declared.locate(path)
    return Diagnostic(code, summary, detail, remedy, where, str(resource.address), severity)
