"""The create request as it stands on the wire, whole: `python -m tests.providers.test_requests` writes it anew."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reconciler.core.ports import ProjectContext
from reconciler.providers import KINDS
from tests.providers.bench import AQUILA, FORTE, GARNET, SV1, Bench, open_bench
from tests.providers.samples import BELL, CONTEXT, declare, reverse

FOLDER = Path(__file__).parent / "requests"
AHS = '{"braketSchemaHeader": {"name": "braket.ir.ahs.program", "version": "1"},\n "setup": {}, "hamiltonian": {}}'
IR = '{"braketSchemaHeader": {"name": "braket.ir.openqasm.program_set", "version": "1"}, "programs": []}'
CASES: Mapping[str, Mapping[str, Any]] = {
    "openqasm": {"device": SV1, "shots": 100, "program": {"openqasm": BELL, "inputs": {"theta": 0.5}}},
    "qpu": {"device": GARNET, "shots": 100, "program": {"openqasm": BELL}},
    "device-parameters": {
        "device": FORTE,
        "shots": 100,
        "program": {"openqasm": BELL},
        "deviceParameters": {"paradigmParameters": {"qubitCount": 2}, "errorMitigation": [{"type": "debias"}]},
    },
    "experimental-capabilities": {
        "device": GARNET,
        "shots": 100,
        "program": {"openqasm": BELL},
        "experimentalCapabilities": "ALL",
    },
    "ahs": {"device": AQUILA, "shots": 100, "program": {"ahs": AHS}},
    "ir": {"device": SV1, "shots": 100, "program": {"ir": IR}},
    "output": {
        "device": SV1,
        "shots": 100,
        "program": {"openqasm": BELL},
        "output": {"bucket": "some-bucket", "prefix": "a/b"},
    },
}


def sent(bench: Bench, spec: Mapping[str, Any], context: ProjectContext = CONTEXT) -> dict[str, Any]:
    """The body of the request that this spec makes."""
    bench.wire.sent.clear()
    resource = KINDS["QuantumTask"].desired(declare("QuantumTask/a", spec), context)
    bench.cloud.create(resource, "t" * 64, {"owner": "lab-3"}, bench.cloud.place(resource))
    (body,) = bench.wire.bodies("CreateQuantumTask")
    return body


@pytest.mark.parametrize("name", CASES)
def test_the_whole_request(bench: Bench, name: str) -> None:
    assert sent(bench, CASES[name]) == json.loads((FOLDER / f"{name}.json").read_text("utf-8"))


@pytest.mark.parametrize("name", CASES)
def test_the_same_spec_makes_the_same_bytes(bench: Bench, name: str) -> None:
    """A repeated token must meet an equal request."""
    one = json.dumps(sent(bench, CASES[name]))
    assert json.dumps(sent(bench, reverse(CASES[name]))) == one


@pytest.mark.parametrize(
    ("context", "bucket", "prefix"),
    [
        (CONTEXT, "amazon-braket-us-east-1-123456789012", "qctl/contract"),
        (replace(CONTEXT, bucket="ours", prefix="there"), "ours", "there"),
    ],
)
def test_where_results_go_without_an_output(bench: Bench, context: ProjectContext, bucket: str, prefix: str) -> None:
    body = sent(bench, CASES["openqasm"], context)
    assert (body["outputS3Bucket"], body["outputS3KeyPrefix"]) == (bucket, prefix)


if __name__ == "__main__":
    fresh = open_bench()
    for case, spec in CASES.items():
        text = json.dumps(sent(fresh, spec), indent=2, sort_keys=True)
        (FOLDER / f"{case}.json").write_text(f"{text}\n", "utf-8")
