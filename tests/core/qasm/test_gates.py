"""Each gate of the two files, in Braket's gates, does what Qiskit does with it: to a state that hides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from braket.default_simulator import StateVectorSimulator
from braket.ir.openqasm import Program
from qiskit import qasm2, qasm3
from qiskit.quantum_info import Statevector

from reconciler.core.qasm.translate import translate

# Parameters and qubits of the gates of qelib1.inc as Qiskit ships it, and of stdgates.inc.
OLD = {
    **dict.fromkeys(["id", "x", "y", "z", "h", "s", "sdg", "t", "tdg", "sx", "sxdg"], (0, 1)),
    **dict.fromkeys(["u1", "p", "rx", "ry", "rz"], (1, 1)),
    **dict.fromkeys(["u2"], (2, 1)),
    **dict.fromkeys(["u3", "u", "U"], (3, 1)),
    **dict.fromkeys(["cx", "CX", "cy", "cz", "ch", "csx", "swap"], (0, 2)),
    **dict.fromkeys(["crx", "cry", "crz", "cu1", "cp", "rxx", "rzz"], (1, 2)),
    **dict.fromkeys(["cu3"], (3, 2)),
    **dict.fromkeys(["cu"], (4, 2)),
    **dict.fromkeys(["ccx", "cswap", "rccx"], (0, 3)),
    **dict.fromkeys(["rc3x", "c3x", "c3sqrtx"], (0, 4)),
    **dict.fromkeys(["c4x"], (0, 5)),
}
NEW = {
    **dict.fromkeys(["id", "x", "y", "z", "h", "s", "sdg", "t", "tdg", "sx"], (0, 1)),
    **dict.fromkeys(["p", "phase", "rx", "ry", "rz", "u1"], (1, 1)),
    **dict.fromkeys(["u2"], (2, 1)),
    **dict.fromkeys(["u3", "U"], (3, 1)),
    **dict.fromkeys(["cx", "CX", "cy", "cz", "ch", "swap"], (0, 2)),
    **dict.fromkeys(["crx", "cry", "crz", "cp", "cphase"], (1, 2)),
    **dict.fromkeys(["cu"], (4, 2)),
    **dict.fromkeys(["ccx", "cswap"], (0, 3)),
}
ANGLES = ("0.3", "-1.1", "0.7", "2.2")
WIDTH = 6


SCATTERED = (4, 1, 5, 2, 0)


def call(name: str, parameters: int, qubits: Sequence[int]) -> str:
    """The gate on qubits in an order that is not theirs."""
    values = f"({', '.join(ANGLES[:parameters])})" if parameters else ""
    return f"{name}{values} {', '.join(f'q[{number}]' for number in qubits)};"


def states(text: str) -> tuple[Any, Any]:
    """The state by Braket's simulator after our translation, and by Qiskit without it."""
    old = text.startswith("OPENQASM 2")
    circuit = (qasm2.loads(text, custom_instructions=qasm2.LEGACY_CUSTOM_INSTRUCTIONS)) if old else qasm3.loads(text)
    translated = translate(text)
    assert not translated.problems
    program = Program(source=f"{translated.text}\n#pragma braket result state_vector\n")
    found = StateVectorSimulator().run(program, shots=0).resultTypes[0].value
    return np.array(found), Statevector(circuit.reverse_bits()).data


def prepared(head: str, body: str) -> str:
    """On a state without zeros or symmetry, and turned afterwards, so that every phase between amplitudes counts."""
    before = "".join(f"ry({0.4 + 0.37 * n}) q[{n}]; rz({0.9 - 0.21 * n}) q[{n}];\n" for n in range(WIDTH))
    after = "".join(f"rx({0.3 + 0.11 * n}) q[{n}];\n" for n in range(WIDTH))
    return f"{head}\n{before}{body}\n{after}"


def alike(one: Any, other: Any) -> bool:
    """The same but for a phase of the whole state."""
    return bool(abs(abs(np.vdot(one, other)) - 1) < 1e-9)


@pytest.mark.parametrize("name", OLD)
def test_a_gate_of_openqasm_2(name: str) -> None:
    head = f'OPENQASM 2.0;\ninclude "qelib1.inc";\nqreg q[{WIDTH}];'
    parameters, qubits = OLD[name]
    assert alike(*states(prepared(head, call(name, parameters, SCATTERED[:qubits]))))


@pytest.mark.parametrize("name", NEW)
def test_a_gate_of_openqasm_3(name: str) -> None:
    head = f'OPENQASM 3.0;\ninclude "stdgates.inc";\nqubit[{WIDTH}] q;'
    parameters, qubits = NEW[name]
    assert alike(*states(prepared(head, call(name, parameters, SCATTERED[:qubits]))))


@pytest.mark.parametrize("name", NEW)
def test_a_gate_below_a_control_keeps_its_own_phase(name: str) -> None:
    head = f'OPENQASM 3.0;\ninclude "stdgates.inc";\nqubit[{WIDTH}] q;'
    parameters, qubits = NEW[name]
    # Neighbours: the simulator itself takes two controls wrongly for some qubits that are not (0, 2 and 4 of five).
    controlled = "ctrl @ " + call(name, parameters, range(qubits + 1))
    assert alike(*states(prepared(head, controlled)))


MODIFIED = [
    "gate g(a) x, y { gphase(a); u3(a, 0.2, 0.4) x; cx x, y; u2(0.1, a) y; }\ninv @ g(0.3) q[0], q[2];",
    "gate g(a) x, y { gphase(a); u3(a, 0.2, 0.4) x; cx x, y; u2(0.1, a) y; }\nctrl @ g(0.3) q[0], q[1], q[2];",
    "gate g(a) x, y { gphase(a); rz(a) x; cx x, y; }\nnegctrl @ inv @ g(0.3) q[0], q[1], q[2];",
    "gate g x { gphase(0.4); sx x; h x; }\n"
    "gate k x, y { ctrl @ g x, y; negctrl @ g y, x; }\nctrl @ k q[0], q[1], q[2];",
    "gate g x { h x; t x; }\npow(3) @ g q[1]; ctrl(2) @ pow(2) @ g q[0], q[1], q[2];",
    "ctrl @ x q[0], q[1]; ctrl @ ctrl @ x q[0], q[1], q[2];ctrl(2) @ x q[0], q[1], q[3]; ctrl @ swap q[0], q[1], q[2];",
    "ctrl @ gphase(0.3) q[1]; ctrl(2) @ gphase(0.4) q[1], q[2];",
    "gate h2 x { s x; }\nh2 q[0]; gate id2(a) x { p(a*2.0) x; p(-a/(a+1.0)) x; }\nid2(0.3) q[1];",
    "gate x2 a { x a; }\nctrl @ x2 q[0], q[1];",
]


@pytest.mark.parametrize("body", MODIFIED)
def test_gates_of_the_program_and_modifiers(body: str) -> None:
    head = f'OPENQASM 3.0;\ninclude "stdgates.inc";\nqubit[{WIDTH}] q;'
    assert alike(*states(prepared(head, body)))
