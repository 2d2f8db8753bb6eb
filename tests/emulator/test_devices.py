import json
from typing import Any

import pytest

from tests.emulator.local import ARIA, DM1, FORTE, GARNET, SV1, Local, refused


def actions(found: dict[str, Any]) -> set[str]:
    return set(json.loads(found["deviceCapabilities"])["action"])


@pytest.mark.parametrize(
    ("agent", "shown"),
    [("", False), ("BraketSchemas/1.7.9", False), ("BraketSchemas/1.8.0", True), ("x BraketSchemas/1.32.1 y", True)],
)
def test_openqasm_is_told_to_clients_that_know_it(local: Local, agent: str, shown: bool) -> None:
    found = local.client(agent=agent).get_device(deviceArn=SV1)
    assert ("braket.ir.openqasm.program" in actions(found)) is shown
    assert found["deviceName"] == "SV1"
    assert found["deviceStatus"] == "ONLINE"
    assert found["providerName"] == "Amazon Braket"


def test_the_sdk_finds_the_queues_it_reads(local: Local) -> None:
    queues = local.client().get_device(deviceArn=FORTE)["deviceQueueInfo"]
    found = {(queue["queue"], queue.get("queuePriority")) for queue in queues}
    assert {("QUANTUM_TASKS_QUEUE", "Normal"), ("QUANTUM_TASKS_QUEUE", "Priority")} <= found


@pytest.mark.parametrize("device", [GARNET, "arn:aws:braket:::device/quantum-simulator/amazon/none"])
def test_a_device_of_another_region_or_of_none_is_not_found(local: Local, device: str) -> None:
    found = refused(local.client().get_device, deviceArn=device)
    assert found == (404, "ResourceNotFoundException", f"Could not find the device {device}")


def test_a_search_lists_the_region_with_retired_devices(local: Local) -> None:
    found = {device["deviceArn"]: device["deviceStatus"] for device in devices(local)}
    assert {SV1, DM1, FORTE, ARIA} <= found.keys()
    assert GARNET not in found
    assert found[ARIA] == "RETIRED"


def test_a_search_by_arn_and_in_pages(local: Local) -> None:
    chosen = [{"name": "deviceArn", "values": [SV1, GARNET]}]
    assert [device["deviceArn"] for device in devices(local, filters=chosen)] == [SV1]
    one = local.client().search_devices(filters=[], maxResults=1)
    two = local.client().search_devices(filters=[], maxResults=1, nextToken=one["nextToken"])
    assert one["devices"] != two["devices"]


def devices(local: Local, **asked: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = local.client().search_devices(**{"filters": []} | asked)["devices"]
    return found


def test_the_status_of_a_device_is_a_switch(local: Local) -> None:
    local.world.set_switch("devices.retired", "SV1")
    assert local.client().get_device(deviceArn=SV1)["deviceStatus"] == "RETIRED"


def test_another_filter_is_refused(local: Local) -> None:
    found = refused(local.client().search_devices, filters=[{"name": "deviceType", "values": ["QPU"]}])
    assert found == (400, "ValidationException", "Filter name deviceType is not supported. Supported: deviceArn")
