"""Devices: regions, lists, queues, checks before anything is paid, and prices."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from reconciler.core.diagnostic import Location, Severity
from reconciler.core.money import Price
from reconciler.core.price_table import PriceTable
from reconciler.core.resource import Resource
from reconciler.providers import KINDS
from reconciler.providers.braket.device import Device, get_device, list_devices, region_of
from reconciler.providers.braket.prices import BraketPrices
from tests.providers.bench import AQUILA, FORTE, GARNET, SV1, Answer, Bench
from tests.providers.samples import CONTEXT, declare
from tests.simulate.actions import rabi

EMPTY = PriceTable("AmazonBraket", "2026-07-23", "", "", "", ())
NOWHERE = "arn:aws:braket:us-east-1::device/qpu/ionq/Nowhere"
AHS = rabi(1)
EXACT = "OPENQASM 3.0; qubit[1] q; h q[0];\n#pragma braket result state_vector\n"


def _task(device: str, shots: int = 100, name: str = "a", **program: str) -> Resource:
    spec = {"device": device, "shots": shots, "program": program or {"openqasm": "OPENQASM 3.0;"}}
    return KINDS["QuantumTask"].desired(declare(f"QuantumTask/{name}", spec), CONTEXT)


def _cost(least: str, most: str | None, basis: str) -> Price:
    return Price(Decimal(least), None if most is None else Decimal(most), f"{basis}, by the price list of 2026-07-23")


@pytest.mark.parametrize(("arn", "region"), [(GARNET, "eu-north-1"), (FORTE, "us-east-1"), (SV1, "us-west-2")])
def test_a_simulator_runs_where_the_caller_is(arn: str, region: str) -> None:
    assert region_of(arn, "us-west-2") == region


def test_a_qpus_task_goes_to_its_region(bench: Bench) -> None:
    assert [bench.cloud.place(_task(arn)).region for arn in (GARNET, SV1)] == ["eu-north-1", "us-east-1"]
    assert bench.cloud.regions([GARNET, SV1]) == {"eu-north-1", "us-east-1"}
    assert bench.cloud.regions([]) == {"us-east-1"}


def test_a_device_in_our_words(bench: Bench) -> None:
    device = get_device(bench.client, GARNET)
    assert device is not None
    assert (device.name, device.provider, device.type, device.status) == ("Garnet", "IQM", "QPU", "ONLINE")
    assert (device.shots, device.qubits) == ((1, 20_000), 20)
    assert "braket.ir.openqasm.program" in device.programs


def test_queues_are_the_services_own_texts(bench: Bench) -> None:
    answer = bench.client.once("us-east-1", "get_device", deviceArn=SV1)
    answer.pop("ResponseMetadata")
    answer["deviceQueueInfo"] = [
        {"queue": "QUANTUM_TASKS_QUEUE", "queuePriority": "Normal", "queueSize": ">4000"},
        {"queue": "QUANTUM_TASKS_QUEUE", "queuePriority": "Priority", "queueSize": "0"},
        {"queue": "JOBS_QUEUE", "queueSize": "0 (1 prioritized job(s) running)"},
    ]
    bench.wire.answer("GetDevice", Answer(200, answer))
    device = get_device(bench.client, SV1)
    assert device is not None
    assert device.queues == {"tasks": ">4000", "tasks (priority)": "0", "jobs": "0 (1 prioritized job(s) running)"}


def test_a_device_is_listed_once(bench: Bench) -> None:
    """Simulators are in every region."""
    arns = [d.arn for d in list_devices(bench.client)]
    assert len(arns) == len(set(arns))
    assert {SV1, GARNET, FORTE, AQUILA} <= set(arns)
    assert bench.wire.count("SearchDevices") == 5


CHECKS: dict[str, tuple[Resource, str, str, Severity]] = {
    "not there": (_task(NOWHERE), "device/not-found", "device", Severity.ERROR),
    "retired": (_task(FORTE), "device/retired", "device", Severity.ERROR),
    "offline": (_task(GARNET), "device/offline", "device", Severity.WARNING),
    "too few shots": (_task(AQUILA, 0, ahs=AHS), "device/shots", "shots", Severity.ERROR),
    "too many shots": (_task(SV1, 100_001), "device/shots", "shots", Severity.ERROR),
    "another kind of program": (_task(AQUILA), "device/program", "program.openqasm", Severity.ERROR),
    "analog on gates": (_task(SV1, ahs=AHS), "device/program", "program.ahs", Severity.ERROR),
    "no header": (_task(SV1, ir="{}"), "device/program", "program.ir", Severity.ERROR),
    "no JSON": (_task(SV1, ir="what?"), "device/program", "program.ir", Severity.ERROR),
    "no end of brackets": (_task(SV1, ir="[" * 99_999), "device/program", "program.ir", Severity.ERROR),
}


@pytest.mark.parametrize("case", CHECKS)
def test_what_the_device_would_refuse(bench: Bench, case: str) -> None:
    bench.world.set_switch("devices.offline", GARNET)
    bench.world.set_switch("devices.retired", FORTE)
    resource, code, place, severity = CHECKS[case]
    (found,) = bench.cloud.check([resource]).diagnostics
    assert (found.code, found.where, found.severity) == (code, Location(place, 1, 1), severity)
    assert found.address == "QuantumTask/a"
    assert found.remedy


@pytest.mark.parametrize(
    "resource", [_task(SV1, 0, openqasm=EXACT), _task(SV1, 100_000), _task(GARNET, 20_000), _task(AQUILA, ahs=AHS)]
)
def test_what_it_would_take(bench: Bench, resource: Resource) -> None:
    assert bench.cloud.check([resource]).diagnostics == []


def test_each_device_is_asked_once(bench: Bench) -> None:
    tasks = [_task(device, name=f"t{n}") for n in range(10) for device in (SV1, GARNET)]
    bench.cloud.check([replace(t, address=t.address) for t in tasks])
    assert bench.wire.count("GetDevice") == 2


PRICES = [
    (_task(GARNET, 1000), _cost("1.75", "1.75", "0.30 a task and 0.00145 a shot")),
    (_task(FORTE, 500), _cost("40.30", "40.30", "0.30 a task and 0.08 a shot")),
    (_task(SV1, 1000), _cost("0.00375", None, "0.075 a minute, at least 3 s")),
]


@pytest.mark.parametrize(("resource", "price"), PRICES)
def test_prices(bench: Bench, resource: Resource, price: Price) -> None:
    """The figures of reference/braket.md 2.3 and 6."""
    assert bench.cloud.check([resource]).prices == {resource.address: price}


@pytest.mark.parametrize(
    "cost", [None, {}, {"price": 1}, {"unit": "shot"}, {"price": "?", "unit": "shot"}, {"price": 1, "unit": "hour"}]
)
def test_an_unknown_price_is_unknown(cost: Any) -> None:
    device = Device(SV1, "x", "x", "QPU", "ONLINE", capabilities={"service": {"deviceCost": cost}})
    assert BraketPrices(EMPTY).task(GARNET, 10, "eu-north-1", device) is None


def test_a_device_that_is_not_there_has_no_price(bench: Bench) -> None:
    assert bench.cloud.check([_task(NOWHERE)]).prices == {}


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "{}"])
def test_capabilities_that_say_nothing_forbid_nothing(bench: Bench, text: str) -> None:
    answer = bench.client.once("us-east-1", "get_device", deviceArn=SV1)
    answer.pop("ResponseMetadata")
    bench.wire.answer("GetDevice", Answer(200, answer | {"deviceCapabilities": text}))
    checked = bench.cloud.check([_task(SV1, 10_000_000)])
    assert checked.diagnostics == []
