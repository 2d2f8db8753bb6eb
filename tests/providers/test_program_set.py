"""What a program set may hold, by the device's word and by ours, and the request that submits it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from reconciler.core.resource import Resource
from reconciler.providers import KINDS
from reconciler.providers.kind import Bundles
from tests.providers.bench import FORTE, GARNET, SV1, THERE, Answer, Bench, open_bench
from tests.providers.samples import CONTEXT, declare

RX = "OPENQASM 3.0; input float theta; qubit[1] q; bit[1] c; rx(theta) q[0]; c = measure q;"


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = open_bench()
    yield made
    made.world.close()


def _point(number: int, text: str = RX, **changes: Any) -> Resource:
    inputs = {"theta": number / 10}
    spec = {"device": GARNET, "shots": 100, "program": {"openqasm": text, "inputs": inputs}, "submit": "auto"}
    return KINDS["QuantumTask"].desired(declare(f"QuantumTask/sweep[n={number}]", spec | changes), CONTEXT)


def _points(count: int, text: str = RX, **changes: Any) -> list[Resource]:
    return [_point(number, text, **changes) for number in range(count)]


def _with_inputs(*inputs: dict[str, Any]) -> list[Resource]:
    return [_point(n, program={"openqasm": RX, "inputs": given}) for n, given in enumerate(inputs)]


def _sizes(made: Bundles) -> list[int]:
    return [len(part) for part in made.sets]


def _says(bench: Bench, **offer: Any) -> None:
    """The device says this of program sets."""
    client = bench.cloud._client
    answer = client.read("eu-north-1", "get_device", deviceArn=GARNET)
    told = json.loads(answer["deviceCapabilities"])
    told["action"]["braket.ir.openqasm.program_set"] = offer
    body = {k: v for k, v in answer.items() if k != "ResponseMetadata"} | {"deviceCapabilities": json.dumps(told)}
    bench.wire.answer("GetDevice", Answer(body=body))


@pytest.mark.parametrize(
    ("points", "why"),
    [
        (_points(2, device=SV1), "SV1 takes no program sets"),
        (_points(2, device=GARNET.replace("Garnet", "Granat")), f"nobody knows what {GARNET[:-6]}Granat takes"),
        (_points(2, shots=100_001), "Garnet takes no two runs of 100,001 shots in one program set"),
        (_points(2, shots=0), "Garnet takes no two runs of 0 shots in one program set"),
        (_points(2, f"{RX}\n#pragma braket result probability\n"), "a program with `#pragma braket result` can't"),
        (_points(2, f"{RX}\n  pragma braket result probability\n"), "a program with `#pragma braket result` can't"),
        ([_point(1), _point(2, RX.replace("rx", "ry"))], "the points of this sweep are different programs"),
        (_with_inputs({}, {}), "the points of this sweep do not differ in their inputs alone"),
        (_with_inputs({"theta": 1.0}, {"phi": 1.0}), "the points of this sweep do not differ in their inputs alone"),
        (_with_inputs({"theta": [1.0, 2.0]}, {"theta": [1.0]}), "an input of several numbers can't"),
        (_with_inputs({"theta": 1.0}, {"theta": True}), "an input that is true or false can't"),
        (_points(2, tags={str(n): "x" for n in range(45)}), "45 tags leave no room"),
    ],
)
def test_why_not(bench: Bench, points: Sequence[Resource], why: str) -> None:
    made = bench.cloud.bundles(points)
    assert (made.refused[: len(why)], list(made.sets)) == (why, [])


@pytest.mark.parametrize(
    ("points", "sizes"),
    [
        (_points(100), [100]),
        (_points(101), [100, 1]),
        (_points(21, shots=20_000), [10, 10, 1]),
        (_points(31, tags={str(n): "x" for n in range(44)}), [15, 15, 1]),
        (_points(2, f"{RX} // #pragma braket result is for others\n"), [2]),
        (_points(3, device=FORTE), [3]),
    ],
)
def test_how_many_at_once(bench: Bench, points: Sequence[Resource], sizes: list[int]) -> None:
    made = bench.cloud.bundles(points)
    assert (_sizes(made), made.refused, str(made.fee)) == (sizes, "", "0.30")


def test_too_few_shots_for_a_device(bench: Bench) -> None:
    _says(bench, maximumExecutables=2, maximumTotalShots=1000, minimumTotalShots=200)
    made = bench.cloud.bundles(_points(3))
    assert (_sizes(made), made.refused) == ([2], "Garnet takes no program set below 200 shots in all")


@pytest.mark.parametrize("offer", [{}, {"maximumExecutables": "many", "maximumTotalShots": None}])
def test_a_device_that_does_not_say_how_many(bench: Bench, offer: dict[str, Any]) -> None:
    _says(bench, **offer)
    assert "no two runs of 100 shots" in bench.cloud.bundles(_points(2)).refused


def test_the_request(bench: Bench) -> None:
    reply = bench.cloud.create_set(_points(3), "t" * 64, {"qctl:points-0": "a b c"}, THERE)
    assert reply.id.startswith("arn:aws:braket:eu-north-1:")
    (body,) = bench.wire.bodies("CreateQuantumTask")
    assert json.loads(body.pop("action")) == {
        "braketSchemaHeader": {"name": "braket.ir.openqasm.program_set", "version": "1"},
        "programs": [
            {
                "braketSchemaHeader": {"name": "braket.ir.openqasm.program", "version": "1"},
                "source": RX,
                "inputs": {"theta": [0.0, 0.1, 0.2]},
            }
        ],
    }
    assert body == {
        "clientToken": "t" * 64,
        "deviceArn": GARNET,
        "shots": 300,
        "outputS3Bucket": "amazon-braket-eu-north-1-123456789012",
        "outputS3KeyPrefix": "qctl/contract",
        "tags": {"qctl:points-0": "a b c"},
    }
