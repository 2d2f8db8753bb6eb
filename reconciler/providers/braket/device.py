"""Devices: what GetDevice says of them, in our words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC
from decimal import Decimal, InvalidOperation
from typing import Any

from botocore.exceptions import ClientError

from reconciler.core.digest import digest
from reconciler.core.freshness import CALIBRATED, CAPABILITIES
from reconciler.core.plain import plain
from reconciler.core.ports import Shelf, Told
from reconciler.providers.braket.client import BraketClient
from reconciler.providers.braket.topology import Topology, read_topology
from reconciler.providers.braket.window import Windows, read_windows

PROGRAM_SET = "braket.ir.openqasm.program_set"
# All QPUs charge this per task beside their shots, in USD (reference/braket.md 2.3; capabilities do not tell it).
TASK_FEE = Decimal("0.30")
_KEPT = (
    *("deviceArn", "deviceName", "providerName", "deviceType", "deviceStatus"),
    *("deviceQueueInfo", "deviceCapabilities"),
)
# Every region that has QPUs (AwsDevice.REGIONS in amazon-braket-sdk); simulators live in the caller's.
REGIONS = ("us-east-1", "us-west-1", "us-west-2", "eu-north-1", "eu-west-2")


@dataclass(frozen=True, slots=True)
class Device:
    """One device. `queues` are the service's own texts, such as "0" or ">4000"; `capabilities` its parsed JSON."""

    arn: str
    name: str
    provider: str
    type: str
    status: str
    queues: Mapping[str, str] = field(default_factory=dict)
    capabilities: Mapping[str, Any] = field(default_factory=dict)
    asked: str = ""  # when it said so; empty: nobody kept the time

    @property
    def shots(self) -> tuple[int, int] | None:
        """The least and most shots of one task."""
        given = self._service().get("shotsRange")
        if isinstance(given, list) and len(given) == 2 and all(isinstance(part, int) for part in given):
            return int(given[0]), int(given[1])
        return None

    @property
    def qubits(self) -> int | None:
        """How many qubits, or atoms."""
        paradigm = self.capabilities.get("paradigm")
        count = paradigm.get("qubitCount") if isinstance(paradigm, Mapping) else None
        return count if isinstance(count, int) else None

    @property
    def region(self) -> str:
        """Its region; a simulator is in each of them."""
        return region_of(self.arn, "")

    @property
    def location(self) -> str:
        """Where it stands, in the provider's words."""
        return str(self._service().get("deviceLocation") or "")

    @property
    def windows(self) -> Windows:
        """When it runs what is queued."""
        return read_windows(self.capabilities)

    @property
    def native_gates(self) -> tuple[str, ...]:
        """The gates that it runs as they are; empty when it does not say."""
        given = (self.capabilities.get("paradigm") or {}).get("nativeGateSet")
        return tuple(map(str, given)) if isinstance(given, list) else ()

    @property
    def topology(self) -> Topology | None:
        """Which qubits are next to each other, None when it does not say."""
        return read_topology((self.capabilities.get("paradigm") or {}).get("connectivity"))

    @property
    def program_set(self) -> Mapping[str, Any] | None:
        """What it says of program sets, None if it takes none."""
        offer = (self.capabilities.get("action") or {}).get(PROGRAM_SET)
        return offer if isinstance(offer, dict) else None

    @property
    def programs(self) -> frozenset[str]:
        """The kinds of program it takes, such as braket.ir.openqasm.program; empty when it does not say."""
        return frozenset(self.capabilities.get("action") or {})

    @property
    def unit_price(self) -> tuple[Decimal, str] | None:
        """The price it states, in USD, and its unit (shot or minute). Not authoritative for billing, says AWS."""
        given = self._service().get("deviceCost") or {}
        try:
            return Decimal(str(given["price"])), str(given["unit"])
        except (KeyError, InvalidOperation):
            return None

    @property
    def facts(self) -> dict[str, str]:
        """What tells this calibration of it from another; nothing of simulators, which are not calibrated.

        Prices, windows and texts about the service are no part of what a device is.
        """
        if self.type != "QPU" or not self.capabilities:
            return {}
        physical = {key: value for key, value in self.capabilities.items() if key != "service"}
        found = {CAPABILITIES: digest(plain(physical))}
        updated = self._service().get("updatedAt")
        return {**found, CALIBRATED: str(updated)} if isinstance(updated, str) and updated else found

    @property
    def offer(self) -> str:
        """A digest of what checks and prices are made of; not of its calibration, which changes each day."""
        service = {key: self._service().get(key) for key in ("shotsRange", "deviceCost", "executionWindows")}
        named = {key: self.capabilities.get(key) for key in ("action", "paradigm")}
        return digest(plain({"service": service, **named}))

    def _service(self) -> Mapping[str, Any]:
        return self.capabilities.get("service") or {}


def region_of(arn: str, otherwise: str) -> str:
    """The region of a device or run; simulators name none and run in the caller's, those a job brings itself too."""
    parts = arn.split(":")
    return parts[3] if len(parts) > 3 and parts[3] else otherwise


def get_device(client: BraketClient, arn: str, *, anew: bool = False) -> Device | None:
    """One device, None if there is none. What it says is kept with the time. Raises CloudUnavailable.

    Within one plan a device is asked once: freshness, program sets and checks look at the same answer. `anew` is for
    what comes first.
    """
    told = None if anew else client.recent.get(arn)
    if told is None:
        told = _ask(client, arn)
    return None if told is None else _device(told)


def _ask(client: BraketClient, arn: str) -> Told | None:
    try:
        answer = client.read(region_of(arn, client.region), "get_device", deviceArn=arn)
    except ClientError:
        return None  # `read` lets nothing through but an absence
    told = Told(client.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), {k: answer.get(k) for k in _KEPT})
    client.shelf.keep(arn, told)
    client.recent.put(arn, told)
    return told


def kept_device(shelf: Shelf, arn: str) -> Device | None:
    """What the device said when it was last asked; None where nobody kept it."""
    told = shelf.recall(arn)
    try:
        return None if told is None else _device(told)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None  # somebody else wrote it


def _device(told: Told) -> Device:
    answer = told.answer
    queues = {_queue_name(q): str(q["queueSize"]) for q in answer.get("deviceQueueInfo") or ()}
    return Device(
        arn=answer["deviceArn"],
        name=answer["deviceName"],
        provider=answer["providerName"],
        type=answer["deviceType"],
        status=answer["deviceStatus"],
        queues=queues,
        capabilities=_parsed(answer.get("deviceCapabilities") or ""),
        asked=told.asked,
    )


def _queue_name(queue: Mapping[str, Any]) -> str:
    name = "jobs" if queue["queue"] == "JOBS_QUEUE" else "tasks"
    return f"{name} (priority)" if queue.get("queuePriority") == "Priority" else name


def _parsed(text: str) -> Mapping[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def list_devices(client: BraketClient, regions: Iterable[str] = REGIONS) -> Iterator[Device]:
    """Every device of these regions, each once, without capabilities. Raises CloudUnavailable."""
    seen: set[str] = set()
    for region in sorted(set(regions)):
        for page in client.pages(region, "search_devices", filters=[], maxResults=100):
            for entry in page["devices"]:
                if entry["deviceArn"] in seen:
                    continue
                seen.add(entry["deviceArn"])
                yield Device(
                    arn=entry["deviceArn"],
                    name=entry["deviceName"],
                    provider=entry["providerName"],
                    type=entry["deviceType"],
                    status=entry["deviceStatus"],
                )
