"""What the live devices say of a batch, asked before anything is paid: a refusal at submission helps nobody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from reconciler.core.device_standing import DeviceStanding
from reconciler.core.diagnostic import Diagnostic, Severity
from reconciler.core.digest import digest
from reconciler.core.money import Price
from reconciler.core.resource import Resource
from reconciler.providers.kind import Checked
from reconciler.providers.pasqal.batch import BatchPayload
from reconciler.providers.pasqal.client import PasqalClient
from reconciler.providers.pasqal.device import Device, list_devices
from reconciler.providers.pasqal.prices import PasqalPrices

_AVAILABLE = frozenset({"", "ACTIVE"})


def check(client: PasqalClient, resources: Sequence[Resource], prices: PasqalPrices) -> Checked:
    """Ask for the devices once, if any batch is to be checked. Raises CloudUnavailable."""
    batches = [resource for resource in resources if isinstance(resource.payload, BatchPayload)]
    listed = list_devices(client) if batches else None
    devices = {device.type: device for device in listed or ()}
    priced = {r.address: _price(r, prices) for r in resources}
    findings: list[Diagnostic] = []
    for batch in batches:
        name = str(batch.execution["device"])
        device = devices.get(name)
        if listed is not None:
            findings += _findings(batch, name, device)
        if device is not None and device.billed is False:
            priced[batch.address] = Price(
                Decimal(0), Decimal(0), f"Pasqal does not bill {name}, says its list of devices"
            )
    used = {name: device for name, device in devices.items() if name in {str(b.execution["device"]) for b in batches}}
    return Checked(findings, priced, devices={name: _standing(device) for name, device in used.items()})


def _standing(device: Device) -> DeviceStanding:
    offer = digest({"billed": device.billed, "qubits": device.qubits})
    atoms = "" if device.qubits is None else str(device.qubits)
    told = {"name": device.type, "status": device.status, "availability": device.availability, "atoms": atoms}
    waits = {} if device.queue_seconds is None else {"average time in the queue": f"{device.queue_seconds:.0f} s"}
    return DeviceStanding(_status(device), offer, {**{k: v for k, v in told.items() if v}, **waits})


def _status(device: Device) -> str:
    return " ".join(filter(None, [device.status, device.availability]))


def _price(resource: Resource, prices: PasqalPrices) -> Price:
    if isinstance(resource.payload, BatchPayload):
        return prices.batch(str(resource.execution["device"]), resource.jobs or ())
    return prices.workload(str(resource.execution["backend"]))


def _findings(batch: Resource, name: str, device: Device | None) -> Iterator[Diagnostic]:
    if device is None:
        yield _finding(
            batch,
            "device/not-found",
            "Unknown device",
            f"Pasqal offers no device {name} to this project.",
            "Choose one of `qctl devices`.",
        )
    elif device.availability == "RETIRED":
        yield _finding(
            batch,
            "device/retired",
            "Device is retired",
            f"{name} takes no more batches: Pasqal would refuse this one.",
            "Choose one of `qctl devices`.",
        )
    elif device.status not in {"", "UP"} or device.availability not in _AVAILABLE:
        told = device.status if device.status not in {"", "UP"} else device.availability
        yield _finding(
            batch,
            "device/offline",
            "Device is offline",
            f"{name} is {told} now: what is submitted waits until it is back, or is refused.",
            "Apply later, or choose another of `qctl devices`.",
            Severity.WARNING,
        )


def _finding(
    batch: Resource, code: str, summary: str, detail: str, remedy: str, severity: Severity = Severity.ERROR
) -> Diagnostic:
    where = batch.payload.declared.locate(("device",))
    return Diagnostic(code, summary, detail, remedy, where, str(batch.address), severity)
