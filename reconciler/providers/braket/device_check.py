"""What a device would say of a task, asked before anything is paid: a refusal at submission helps nobody."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from reconciler.core.address import Address
from reconciler.core.declared import Path
from reconciler.core.device_standing import DeviceStanding
from reconciler.core.diagnostic import Diagnostic, Severity
from reconciler.core.money import Price
from reconciler.core.resource import Resource
from reconciler.providers.braket.client import BraketClient
from reconciler.providers.braket.device import PROGRAM_SET, Device, get_device, kept_device, region_of
from reconciler.providers.braket.device_facts import standing_of
from reconciler.providers.braket.prices import BraketPrices
from reconciler.providers.braket.quantum_task import TaskPayload
from reconciler.providers.braket.task_check import check_programs
from reconciler.providers.braket.window import moment
from reconciler.providers.kind import Checked, CloudUnavailable


def check(client: BraketClient, resources: Sequence[Resource], now: datetime, prices: BraketPrices) -> Checked:
    """Ask each device once. Raises CloudUnavailable."""
    notes: list[str] = []
    devices = {arn: _asked(client, arn, notes) for arn in sorted({str(r.execution["device"]) for r in resources})}
    findings: list[Diagnostic] = []
    priced: dict[Address, Price] = {}
    known: dict[tuple[str, int], Price | None] = {}  # a sweep asks the same thousands of times
    for resource in resources:
        arn = str(resource.execution["device"])
        device = devices[arn]
        findings.extend(findings_of(resource, device))
        if device is not None:
            shots = int(resource.execution["shots"])
            if (arn, shots) not in known:
                known[arn, shots] = prices.task(arn, shots, region_of(arn, client.region), device)
            price = known[arn, shots]
            if price is not None:
                priced[resource.address] = price
    findings.extend(check_programs(runnable(resources, devices)))
    notes += [note for device in devices.values() if device for note in _waiting(device, now)]
    return Checked(findings, priced, notes, facts_of(resources, devices), standings(devices, now))


def standings(devices: Mapping[str, Device | None], now: datetime) -> dict[str, DeviceStanding]:
    """How each of them stands now."""
    return {arn: standing_of(device, now) for arn, device in devices.items() if device is not None}


def facts_of(resources: Sequence[Resource], devices: Mapping[str, Device | None]) -> dict[Address, Mapping[str, str]]:
    """What is kept of each one's device, with its attempt."""
    known = {arn: device.facts for arn, device in devices.items() if device is not None}
    named = ((r.address, known.get(str(r.execution["device"]))) for r in resources)
    return {address: facts for address, facts in named if facts}


def _asked(client: BraketClient, arn: str, notes: list[str]) -> Device | None:
    """What it says now; what it said before if it can't be asked, which is told with the time."""
    try:
        return get_device(client, arn)
    except CloudUnavailable as error:
        known = kept_device(client.shelf, arn)
        if known is None:
            raise
        notes.append(f"{known.name} could not be asked now ({error}): what is said of it is as of {known.asked}.")
        return known


def runnable(resources: Sequence[Resource], devices: Mapping[str, Device | None]) -> Iterator[tuple[Resource, Device]]:
    """Those whose device takes programs of their kind, and says anything at all."""
    for resource in resources:
        device = devices[str(resource.execution["device"])]
        if device is not None and device.capabilities and not list(_program(resource, resource.payload, device)):
            yield resource, device


def _waiting(device: Device, now: datetime) -> Iterator[str]:
    """What is submitted outside of a device's windows is taken, and waits."""
    opens = device.windows.opens(now)
    if opens is not None and device.type == "QPU" and device.status == "ONLINE":
        queue = device.queues.get("tasks", "unknown")
        yield (
            f"{device.name} is outside of its execution windows: submitted now it waits. "
            f"The next window opens {moment(opens)}; tasks in its queue: {queue}."
        )


def findings_of(resource: Resource, device: Device | None) -> Iterator[Diagnostic]:
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
    if device.shots is None or device.shots[0] <= shots <= device.shots[1] or _header(resource.payload) == PROGRAM_SET:
        return  # those of a program set are shared by its runs
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
