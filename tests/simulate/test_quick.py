"""Our own reader comes to what the library comes to, or leaves the program to it."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from reconciler.simulate import SimulationFailed, braket
from reconciler.simulate.prepared import NotPrepared, prepare
from reconciler.simulate.quick import read_quickly
from reconciler.simulate.result import parse
from reconciler.simulate.size import Limits
from tests.simulate.trials import BELL, answers, circuit, point, unit


def _document(text: str) -> dict[str, Any]:
    return {"braketSchemaHeader": {"name": braket.OPENQASM, "version": "1"}, "source": text, "inputs": {}}


def _by_the_library(text: str) -> dict[str, int]:
    return dict(parse(braket.run(json.dumps(_document(text)), "state_vector", 300, 7)).counts or {})


def _every_gate(seed: int) -> str:
    """Each gate of the library once, with numbers in each way that we read."""
    from braket.default_simulator.gate_operations import BRAKET_GATES

    from reconciler.simulate.quick import _OTHERS, _arity

    drawn = random.Random(seed)
    lines = ["OPENQASM 3;", "qubit[2] a;", "bit[3] c;", "qubit[3] b;"]
    wires = ["a[0]", "a[1]", "b[0]", "b[2]"]
    for name in drawn.sample([each for each in BRAKET_GATES if each not in _OTHERS], 20):
        qubits, numbers = _arity(name)
        written = [drawn.choice(["pi", "-pi/2", "pi / 3", "0.25", "-1.5e-1", ".5", "2", "3."]) for _ in range(numbers)]
        angles = f"({', '.join(written)})" if numbers else ""
        lines.append(f"{name}{angles} {', '.join(drawn.sample(wires, qubits))};")
    measured = drawn.sample(["b[2]", "a[0]", "b[0]"], 3)
    lines += ["barrier a, b;", *(f"c[{at}] = measure {wire};" for at, wire in enumerate(measured))]
    return "\n".join(lines)


@pytest.mark.parametrize("text", [BELL, circuit(3), *map(_every_gate, range(12)), "qubit[2] q; h q[1];"])
def test_what_is_read_quickly_is_what_the_library_reads(text: str) -> None:
    read_quickly(text, "state_vector", Limits())
    assert answers(unit(text, point(shots=300)))[0]["counts"] == _by_the_library(text)


@pytest.mark.parametrize(
    "line",
    [
        "h q;",
        "ctrl @ x q[0], q[1];",
        "rx(2 * 3) q[0];",
        "rx(1_0) q[0];",
        "rx(pi/0) q[0];",
        "cnot q[0], q[0];",
        "cnot q[0];",
        "rx q[0];",
        "h q[2];",
        "h q[-1];",
        "h $0;",
        "gphase(0.1);",
        "c = measure q; h q[0];",
        "c[0] = measure q[0]; c[0] = measure q[1];",
        "c[0] = measure q[0]; c[1] = measure q[0];",
        "c[0] = measure q[0]; d[0] = measure q[1];",
        "bit[3] e; e = measure q;",
        "measure q;",
        "reset q[0];",
        "gate h a { x a; } h q[0];",
        'include "stdgates.inc"; h q[0];',
        "if (c[0] == 1) { h q[0]; }",
        "qubit[2] q;",
        "qubit r; h r;",
        "bit[2] h;",
        "#pragma braket noise bit_flip(0.1) q[0]\n",
        "#pragma braket result probability\n",
        "box { h q[0]; }",
        "h q[0",
        "input float t;",
    ],
)
def test_what_is_less_plain_is_left_to_the_library(line: str) -> None:
    with pytest.raises(NotPrepared):
        read_quickly(f"OPENQASM 3.0; qubit[2] q; bit[2] c; bit[2] d; x q[0]; {line}", "state_vector", Limits())


def test_other_versions_and_nothing_at_all_are_left_to_the_library() -> None:
    for text in ("OPENQASM 2.0; qreg q[1]; h q[0];", "", "OPENQASM 3.0;", "qubit[2000] q; h q[0];"):
        with pytest.raises(NotPrepared):
            read_quickly(text, "state_vector", Limits())


def test_it_is_as_strict_about_size() -> None:
    wide = "qubit[40] q; " + " ".join(f"h q[{n}];" for n in range(40))
    reason = "uses 40 qubits; this machine simulates at most 26"
    with pytest.raises(SimulationFailed, match=reason):
        read_quickly(wide, "state_vector", Limits())
    with pytest.raises(SimulationFailed, match=reason):
        prepare(_document(wide), "state_vector", Limits(), early=False)
