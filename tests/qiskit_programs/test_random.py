"""Circuits of all gates that Qiskit has, drawn at random, come out as Qiskit's own state."""

from __future__ import annotations

import numpy as np
import pytest
from braket.default_simulator import StateVectorSimulator
from braket.ir.openqasm import Program
from qiskit import qasm2, qasm3
from qiskit.circuit.random import random_circuit
from qiskit.quantum_info import Statevector

from reconciler.core.qasm.translate import translate

QUBITS = 4


@pytest.mark.parametrize("seed", range(6))
def test_a_random_circuit(seed: int) -> None:
    circuit = random_circuit(QUBITS, 6, max_operands=QUBITS, seed=seed)
    expected = Statevector(circuit.reverse_bits()).data
    for text in (qasm2.dumps(circuit), qasm3.dumps(circuit)):
        translated = translate(text)
        assert not translated.problems
        every = "".join(f"i q[{qubit}];" for qubit in range(QUBITS))  # or the simulator drops the unused ones
        program = Program(source=f"{translated.text}\n{every}\n#pragma braket result state_vector\n")
        state = np.array(StateVectorSimulator().run(program, shots=0).resultTypes[0].value)
        assert abs(abs(np.vdot(state, expected)) - 1) < 1e-9
