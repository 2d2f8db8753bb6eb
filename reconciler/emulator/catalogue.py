import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

# SV1 and DM1 have no region in their ARNs and run in the session's region, but not in this one (see the regions of
# Amazon's own integration tests).
_WITHOUT_SIMULATORS = "eu-north-1"


@dataclass(frozen=True, slots=True)
class Queue:
    """An entry of `deviceQueueInfo`. `size` is a text such as "0" or ">4000"; jobs have no priority."""

    queue: str
    priority: str | None
    size: str


@dataclass(frozen=True, slots=True)
class Device:
    """A device as GetDevice tells it. `capabilities` is JSON text in the schemas of amazon-braket-schemas."""

    arn: str
    name: str
    provider: str
    type: str
    status: str
    capabilities: str
    queues: tuple[Queue, ...]

    @property
    def region(self) -> str:
        """The region of the ARN; empty for Amazon's simulators."""
        return self.arn.split(":")[3]

    def is_in(self, region: str) -> bool:
        """Whether the API of this region knows the device."""
        return self.region == region if self.region else region != _WITHOUT_SIMULATORS


@cache
def devices() -> tuple[Device, ...]:
    """All devices of the local cloud, by ARN. Read once, from the JSON files beside this module.

    The files are our own description of the fleet: shot ranges, prices and topologies follow Amazon's documents and
    published snapshots; calibration figures are invented and only plausible.
    """
    folder = resources.files("reconciler.emulator") / "devices"
    found = [_device(json.loads(file.read_text("utf-8"))) for file in folder.iterdir() if file.name.endswith(".json")]
    return tuple(sorted(found, key=lambda device: device.arn))


def device(arn: str) -> Device | None:
    """The device with this ARN, in whatever region."""
    return next((known for known in devices() if known.arn == arn), None)


def _device(document: dict[str, Any]) -> Device:
    return Device(
        arn=document["arn"],
        name=document["name"],
        provider=document["provider"],
        type=document["type"],
        status=document["status"],
        capabilities=json.dumps(document["capabilities"], separators=(",", ":")),
        queues=tuple(Queue(entry["queue"], entry["priority"], entry["size"]) for entry in document["queues"]),
    )
