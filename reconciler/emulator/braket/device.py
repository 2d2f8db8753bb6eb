import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from reconciler.emulator import catalogue
from reconciler.emulator.braket.context import Context
from reconciler.emulator.braket.page import paged
from reconciler.emulator.catalogue import Device
from reconciler.emulator.switches import Switches
from reconciler.emulator.wire.error import invalid, not_found

_AGENT = re.compile(r"BraketSchemas/(\d+)\.(\d+)")
_OPENQASM_SINCE = (1, 8)


def get_device(context: Context, asked: Mapping[str, Any]) -> Mapping[str, Any]:
    device = find_device(context, asked["deviceArn"])
    if device is None:
        raise not_found(f"Could not find the device {asked['deviceArn']}")
    return _summary(context, device) | {
        "deviceCapabilities": device.capabilities if _knows_openqasm(context.agent) else _without_openqasm(device.arn),
        "deviceQueueInfo": [
            {"queue": queue.queue, "queuePriority": queue.priority, "queueSize": queue.size} for queue in device.queues
        ],
    }


def search_devices(context: Context, asked: Mapping[str, Any]) -> Mapping[str, Any]:
    wanted = [device for device in catalogue.devices() if device.is_in(context.region)]
    for rule in asked["filters"]:
        if rule["name"] != "deviceArn":
            raise invalid(f"Filter name {rule['name']} is not supported. Supported: deviceArn")
        wanted = [device for device in wanted if device.arn in rule["values"]]
    page, token = paged(wanted, asked, 100)
    return {"devices": [_summary(context, device) for device in page], "nextToken": token}


def find_device(context: Context, arn: str) -> Device | None:
    """The device, if it can be reached from the caller's region."""
    device = catalogue.device(arn)
    return device if device is not None and device.is_in(context.region) else None


def status_of(device: Device, switches: Switches) -> str:
    for status in ("retired", "offline"):
        if {device.arn, device.name} & switches.names(f"devices.{status}"):
            return status.upper()
    return device.status


@lru_cache(maxsize=64)
def capabilities(arn: str) -> Mapping[str, Any]:
    """The capabilities of a device of the catalogue, read; shared, so never change them."""
    device = catalogue.device(arn)
    found: Mapping[str, Any] = json.loads(device.capabilities) if device else {}
    return found


def _summary(context: Context, device: Device) -> dict[str, Any]:
    return {
        "deviceArn": device.arn,
        "deviceName": device.name,
        "providerName": device.provider,
        "deviceType": device.type,
        "deviceStatus": status_of(device, context.switches),
    }


def _knows_openqasm(agent: str) -> bool:
    found = _AGENT.search(agent)
    return found is not None and (int(found[1]), int(found[2])) >= _OPENQASM_SINCE


@lru_cache(maxsize=64)
def _without_openqasm(arn: str) -> str:
    """GetDevice hides OpenQASM from old clients: their schemas can't read it (API reference of GetDevice)."""
    found = dict(capabilities(arn))
    action = found.get("action", {})
    found["action"] = {name: item for name, item in action.items() if not name.startswith("braket.ir.openqasm.")}
    return json.dumps(found)
