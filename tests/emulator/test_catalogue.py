"""The catalogue is ours, but every client of the cloud must be able to read it."""

import json
from typing import Any

import pytest

from reconciler.emulator.catalogue import Device, device, devices

GARNET = "arn:aws:braket:eu-north-1::device/qpu/iqm/Garnet"
FORTE = "arn:aws:braket:us-east-1::device/qpu/ionq/Forte-1"
AQUILA = "arn:aws:braket:us-east-1::device/qpu/quera/Aquila"
SV1 = "arn:aws:braket:::device/quantum-simulator/amazon/sv1"
DM1 = "arn:aws:braket:::device/quantum-simulator/amazon/dm1"

# Shots and price, from published snapshots and rate cards (May to July 2026).
FLEET = [
    (SV1, "SIMULATOR", "ONLINE", [0, 100000], {"price": 0.075, "unit": "minute"}),
    (DM1, "SIMULATOR", "ONLINE", [0, 100000], {"price": 0.075, "unit": "minute"}),
    (GARNET, "QPU", "ONLINE", [1, 20000], {"price": 0.00145, "unit": "shot"}),
    (FORTE, "QPU", "ONLINE", [100, 5000], {"price": 0.08, "unit": "shot"}),
    (AQUILA, "QPU", "ONLINE", [1, 1000], {"price": 0.01, "unit": "shot"}),
    (
        "arn:aws:braket:us-west-1::device/qpu/rigetti/Cepheus-1-108Q",
        "QPU",
        "OFFLINE",
        [10, 50000],
        {"price": 0.000425, "unit": "shot"},
    ),
    (
        "arn:aws:braket:us-east-1::device/qpu/ionq/Aria-1",
        "QPU",
        "RETIRED",
        [100, 5000],
        {"price": 0.03, "unit": "shot"},
    ),
]


def known(arn: str) -> Device:
    found = device(arn)
    assert found is not None
    return found


def capabilities(arn: str) -> Any:
    """The capabilities as the cloud's own schema classes read them."""
    from braket.schema_common import BraketSchemaBase

    return BraketSchemaBase.parse_raw_schema(known(arn).capabilities)


def test_the_fleet_is_complete_and_sorted() -> None:
    assert [entry.arn for entry in devices()] == sorted(row[0] for row in FLEET)
    assert device("arn:aws:braket:::device/quantum-simulator/amazon/tn1") is None


@pytest.mark.parametrize(("arn", "kind", "status", "shots", "cost"), FLEET, ids=lambda value: str(value)[-10:])
def test_shots_price_and_status(arn: str, kind: str, status: str, shots: list[int], cost: dict[str, Any]) -> None:
    found = known(arn)
    service = json.loads(found.capabilities)["service"]
    assert (found.type, found.status) == (kind, status)
    assert (service["shotsRange"], service["deviceCost"]) == (shots, cost)


@pytest.mark.parametrize("arn", [row[0] for row in FLEET])
def test_the_clouds_own_schemas_read_the_capabilities(arn: str) -> None:
    parsed = capabilities(arn)
    assert parsed.service.executionWindows
    assert parsed.service.updatedAt is not None
    assert parsed.service.getTaskPollIntervalMillis > 0
    assert parsed.service.deviceDocumentation.summary
    assert parsed.action


@pytest.mark.parametrize("arn", [row[0] for row in FLEET])
def test_queue_depth_needs_both_task_queues_and_the_job_queue(arn: str) -> None:
    assert [(queue.queue, queue.priority) for queue in known(arn).queues] == [
        ("QUANTUM_TASKS_QUEUE", "Normal"),
        ("QUANTUM_TASKS_QUEUE", "Priority"),
        ("JOBS_QUEUE", None),
    ]


@pytest.mark.parametrize("entry", devices(), ids=lambda entry: entry.name)
def test_connectivity_is_symmetric_and_within_the_device(entry: Device) -> None:
    paradigm = json.loads(entry.capabilities)["paradigm"]
    graph = paradigm.get("connectivity", {}).get("connectivityGraph", {})
    assert all(node in graph[neighbour] for node, neighbours in graph.items() for neighbour in neighbours)
    assert len(graph) in (0, paradigm["qubitCount"])


def test_garnet_has_its_thirty_couplers() -> None:
    graph = capabilities(GARNET).paradigm.connectivity.connectivityGraph
    assert sum(len(neighbours) for neighbours in graph.values()) == 2 * 30


def test_aquila_tells_its_limits() -> None:
    rydberg = capabilities(AQUILA).paradigm.rydberg.rydbergGlobal
    assert [float(value) for value in rydberg.rabiFrequencyRange] == [0.0, 15.8e6]
    assert float(rydberg.timeMax) == 4e-6


def test_simulators_are_in_every_region_but_one() -> None:
    assert known(SV1).is_in("us-east-1")
    assert known(SV1).is_in("us-west-2")
    assert not known(SV1).is_in("eu-north-1")
    assert known(GARNET).is_in("eu-north-1")
    assert not known(GARNET).is_in("us-east-1")


@pytest.mark.parametrize(("arn", "gates"), [(GARNET, "prx"), (FORTE, "gpi")])
def test_the_sdks_local_emulator_takes_the_qpus(arn: str, gates: str) -> None:
    from braket.circuits import Circuit
    from braket.emulation.local_emulator import LocalEmulator

    emulator = LocalEmulator.from_device_properties(capabilities(arn))
    gate = Circuit().prx(1, 0.1, 0.2) if gates == "prx" else Circuit().gpi(1, 0.1)
    counts = emulator.run(Circuit().add_verbatim_box(gate), shots=100).result().measurement_counts
    assert sum(counts.values()) == 100
