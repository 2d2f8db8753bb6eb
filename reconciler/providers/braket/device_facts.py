"""What a person needs to choose a device, in words and as data. `now` decides what is said of its windows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from reconciler.core.device_standing import DeviceStanding
from reconciler.providers.braket.device import TASK_FEE, Device

_QUEUES = {"tasks": "tasks", "tasks (priority)": "tasks with priority", "jobs": "hybrid jobs"}


def window_of(device: Device, now: datetime) -> str:
    """`open now`, when it closes, when it opens next, or that nobody knows. What is not online runs nothing."""
    return device.windows.words(now) if device.status == "ONLINE" else "-"


def facts_of(device: Device, now: datetime) -> Mapping[str, str]:
    """By name; empty where the device does not say."""
    topology, shots, windows = device.topology, device.shots, device.windows
    queues = [f"{device.queues[key]} {words}" for key, words in _QUEUES.items() if key in device.queues]
    return {
        "arn": device.arn,
        "provider": device.provider,
        "type": device.type,
        "status": device.status,
        "region": device.region or "any",
        "location": device.location if device.region else "",
        "qubits": str(device.qubits or ""),
        "native gates": ", ".join(device.native_gates),
        "topology": str(topology or ""),
        "shots": f"{shots[0]:,} to {shots[1]:,} a task" if shots else "",
        "price": _price(device),
        "program sets": _program_set(device),
        "programs": ", ".join(sorted(device.programs)),
        "windows": "; ".join(windows.stated),
        "now": window_of(device, now),
        "queues": ", ".join(queues),
    }


def standing_of(device: Device, now: datetime) -> DeviceStanding:
    """How it stands, for a plan that is kept and for a page."""
    told = {name: value for name, value in facts_of(device, now).items() if value}
    asked = {"as of": device.asked} if device.asked else {}
    return DeviceStanding(device.status, device.offer, {"name": device.name, **told, **asked})


def _price(device: Device) -> str:
    stated = device.unit_price
    if stated is None:
        return "unknown"
    fee = f"{TASK_FEE} USD a task and " if stated[1] == "shot" else ""
    return f"{fee}{stated[0]} USD a {stated[1]}, by the device's own word"


def _program_set(device: Device) -> str:
    offer = device.program_set
    if offer is None:
        return "none"
    runs, shots, least = (offer.get(name) for name in ("maximumExecutables", "maximumTotalShots", "minimumTotalShots"))
    told = [f"up to {runs} runs" if runs else "", f"up to {shots} shots in all" if shots else ""]
    return ", ".join(filter(None, [*told, f"at least {least} shots in all" if least else ""])) or "taken"


def _text(at: datetime | None) -> str | None:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if at else None


def data_of(device: Device, now: datetime) -> dict[str, Any]:
    """The same for programs."""
    price, topology, windows = device.unit_price, device.topology, device.windows
    offer = device.program_set
    opens, closes = windows.opens(now), windows.closes(now)
    return {
        "arn": device.arn,
        "name": device.name,
        "provider": device.provider,
        "type": device.type,
        "status": device.status,
        "region": device.region or None,
        "location": device.location or None,
        "qubits": device.qubits,
        "native_gates": list(device.native_gates),
        "topology": topology
        and {"fully_connected": topology.full, "qubits": topology.qubits or None, "pairs": topology.pairs or None},
        "shots": device.shots,
        "price": {"amount": str(price[0]), "currency": "USD", "unit": price[1]} if price else None,
        "programs": sorted(device.programs),
        "program_sets": offer
        and {"executables": offer.get("maximumExecutables"), "shots": offer.get("maximumTotalShots")},
        "windows": {
            "stated": list(windows.stated),
            "open": windows.open_at(now),
            "opens": _text(opens),
            "closes": _text(closes),
        },
        "queues": dict(device.queues),
    }
