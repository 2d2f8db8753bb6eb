"""Devices of each cloud in one form."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from reconciler.cli.project import Opened
from reconciler.core.device_name import PASQAL
from reconciler.providers.kind import CloudUnavailable

if TYPE_CHECKING:
    from reconciler.providers.braket.device import Device as BraketDevice
    from reconciler.providers.pasqal.device import Device as PasqalDevice

HEAD = ("DEVICE", "PROVIDER", "TYPE", "STATUS", "QUBITS", "SHOTS", "PRICE", "QUEUE", "NEXT WINDOW", "ALIAS", "ARN")
_EMULATOR = "EMU_"
_RETIRED = "RETIRED"

Names = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Listed:
    """One device: the cells of its row, the same for programs, and all that a person needs to choose it."""

    row: tuple[str, ...]
    data: Mapping[str, Any]
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Wish:
    """Which devices are asked for: those of this name, else all, the retired ones only if `retired`."""

    name: str | None
    retired: bool

    def holds(self, status: str, *names: str) -> bool:
        """Whether a device with this status and these names is meant."""
        if self.name is None:
            return self.retired or status != _RETIRED
        return self.name.lower() in {name.lower() for name in names}


def lists(project: Opened, wish: Wish) -> Mapping[str, Callable[[], list[Listed]]]:
    """By cloud, how to ask it for its devices. Each may raise CloudUnavailable or Problem."""
    aliases: dict[str, list[str]] = {}
    for alias, device in project.session.context.devices.items():
        aliases.setdefault(device, []).append(alias)
    return {
        "braket": lambda: list(_braket(project, wish, aliases)),
        "pasqal": lambda: list(_pasqal(project, wish, aliases)),
    }


def _braket(project: Opened, wish: Wish, aliases: Names) -> Iterator[Listed]:
    from reconciler.providers.braket.device import get_device, list_devices  # botocore: only when it is asked

    client, now = project.braket.client(), project.session.clock.now()
    for found in list_devices(client):
        if wish.holds(found.status, found.name, found.arn, *aliases.get(found.arn, ())):
            yield _of_braket(get_device(client, found.arn) or found, aliases.get(found.arn, ()), now)


def _of_braket(device: BraketDevice, aliases: Sequence[str], now: datetime) -> Listed:
    from reconciler.providers.braket.device_facts import data_of, facts_of, window_of

    shots, price = device.shots, device.unit_price
    row = (
        device.name,
        device.provider,
        device.type,
        device.status,
        str(device.qubits or "?"),
        f"{shots[0]}-{shots[1]}" if shots else "?",
        f"{price[0]} USD/{price[1]}" if price else "unknown",
        device.queues.get("tasks", "?"),
        window_of(device, now),
        ", ".join(aliases) or "-",
        device.arn,
    )
    data = {"cloud": "braket", "alias": aliases[0] if aliases else None, **data_of(device, now)}
    return Listed(row, data, {"alias": ", ".join(aliases), **facts_of(device, now)})


def _pasqal(project: Opened, wish: Wish, aliases: Names) -> Iterator[Listed]:
    from reconciler.providers.pasqal.device import list_devices  # httpx, as above

    listed = list_devices(project.pasqal.client())
    if listed is None:
        raise CloudUnavailable("this service has no list of devices")
    for found in listed:
        text = PASQAL + found.type
        if wish.holds(found.availability, found.type, text, *aliases.get(text, ())):
            yield _of_pasqal(found, aliases.get(text, ()))


def _of_pasqal(device: PasqalDevice, aliases: Sequence[str]) -> Listed:
    kind = "SIMULATOR" if device.type.startswith(_EMULATOR) else "QPU"
    queue = device.queue_seconds
    # What takes no work is not up, whatever its status.
    standing = device.availability if device.availability not in ("", "ACTIVE") else device.status
    row = (
        device.type,
        "Pasqal",
        kind,
        standing or "?",
        str(device.qubits or "?"),
        "?",
        {True: "billed", False: "free", None: "unknown"}[device.billed],
        "?" if queue is None else f"{queue:g} s",
        "-",
        ", ".join(aliases) or "-",
        "-",
    )
    data = {
        "cloud": "pasqal",
        "arn": None,
        "name": device.type,
        "alias": aliases[0] if aliases else None,
        "provider": "Pasqal",
        "type": kind,
        "status": device.status or None,
        "availability": device.availability or None,
        "qubits": device.qubits,
        "billed": device.billed,
        "queue_seconds": queue,
    }
    facts = {
        "alias": ", ".join(aliases),
        "provider": "Pasqal",
        "type": kind,
        "status": standing or "unknown",
        "qubits": str(device.qubits or ""),
        "price": row[6],
        "queue": "" if queue is None else f"about {queue:g} s",
    }
    return Listed(row, data, facts)
