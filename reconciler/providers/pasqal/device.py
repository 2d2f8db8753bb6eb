"""Devices: what Pasqal Cloud says of its types of device."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.core.device_name import pasqal_type
from reconciler.providers.pasqal import paths
from reconciler.providers.pasqal.client import NOT_THERE, PasqalClient
from reconciler.providers.pasqal.errors import cut


@dataclass(frozen=True, slots=True)
class Device:
    """One type of device. `billed`, `qubits` and `queue_seconds` are None when it does not say."""

    type: str
    status: str = ""
    availability: str = ""
    billed: bool | None = None
    qubits: int | None = None
    queue_seconds: float | None = None


def list_devices(client: PasqalClient) -> list[Device] | None:
    """Every type of device, None where this service has no such list. Raises CloudUnavailable."""
    data = client.read_any(paths.DEVICES, NOT_THERE)
    if not isinstance(data, list):
        return None
    return list(_devices(data))


def _devices(data: list[Any]) -> Iterator[Device]:
    for item in data:
        name = next((item[key] for key in ("device_type", "type") if item.get(key)), None) if _is(item) else None
        if not isinstance(name, str):
            continue
        billed, qubits, queue = item.get("bill_usage"), item.get("max_atom_num"), item.get("average_queue_time")
        yield Device(
            type=cut(name),
            status=_text(item.get("status")),
            availability=_text(item.get("availability")),
            billed=billed if isinstance(billed, bool) else None,
            qubits=qubits if isinstance(qubits, int) else None,
            queue_seconds=float(queue) if isinstance(queue, int | float) else None,
        )


def _is(item: Any) -> bool:
    return isinstance(item, dict)


def _text(value: Any) -> str:
    return cut(value) if isinstance(value, str) else ""


def read_specs(client: PasqalClient, devices: Iterable[str]) -> Mapping[str, str]:
    """Pulser's description of each of these types, as JSON texts. Raises CloudUnavailable."""
    wanted = {device: pasqal_type(device) for device in devices}
    if not wanted:
        return {}
    data = client.read_any(paths.SPECS, NOT_THERE)
    if not isinstance(data, dict):
        return {}
    return {device: data[name] for device, name in wanted.items() if isinstance(data.get(name), str)}
