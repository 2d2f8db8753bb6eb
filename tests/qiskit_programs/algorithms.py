"""Textbook algorithms as people write them with Qiskit, small enough to simulate at once."""

from __future__ import annotations

from math import asin, pi
from typing import Any

from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.circuit.library import HGate, PhaseGate, QFTGate, RXXGate, RYYGate, XGate, efficient_su2

from tests.qiskit_programs.registry import algorithm


@algorithm
def grover() -> Any:
    circuit = QuantumCircuit(4)
    circuit.h(range(4))
    for _ in range(3):
        circuit.x(2)
        circuit.h(3)
        circuit.mcx([0, 1, 2], 3)
        circuit.h(3)
        circuit.x(2)
        circuit.h(range(4))
        circuit.x(range(4))
        circuit.mcp(pi, [0, 1, 2], 3)
        circuit.x(range(4))
        circuit.h(range(4))
    circuit.measure_all()
    return circuit


@algorithm
def amplitude_amplification() -> Any:
    state = QuantumCircuit(3, name="state")
    for qubit, angle in enumerate((0.4, 0.9, 1.3)):
        state.ry(angle, qubit)
    circuit = QuantumCircuit(3)
    prepare = state.to_gate()
    circuit.append(prepare, range(3))
    circuit.ccz(0, 1, 2)
    circuit.append(prepare.inverse(), range(3))
    circuit.x(range(3))
    circuit.ccz(0, 1, 2)
    circuit.x(range(3))
    circuit.append(prepare, range(3))
    circuit.measure_all()
    return circuit


@algorithm
def fourier_transform() -> Any:
    circuit = QuantumCircuit(4)
    circuit.x([0, 2])
    for qubit in reversed(range(4)):
        circuit.h(qubit)
        for other in range(qubit):
            circuit.cp(pi / 2 ** (qubit - other), other, qubit)
    circuit.swap(0, 3)
    circuit.swap(1, 2)
    circuit.h(range(4))
    circuit.measure_all()
    return circuit


@algorithm
def inverse_fourier_transform() -> Any:
    circuit = QuantumCircuit(3)
    circuit.h(range(3))
    for qubit in range(3):
        circuit.p(5 * pi / 4 * 2**qubit, qubit)
    circuit.append(QFTGate(3).inverse(), range(3))
    circuit.measure_all()
    return circuit


@algorithm
def phase_estimation() -> Any:
    circuit = QuantumCircuit(4, 3)
    circuit.x(3)
    circuit.h(range(3))
    for qubit in range(3):
        circuit.append(PhaseGate(2 * pi * 0.3).control(1).power(2**qubit), [qubit, 3])
    circuit.append(QFTGate(3).inverse(), range(3))
    circuit.measure(range(3), range(3))
    return circuit


@algorithm
def iterative_phase_estimation() -> Any:
    circuit = QuantumCircuit(2, 2)
    circuit.x(1)
    circuit.h(0)
    circuit.cp(2 * pi * 0.75 * 2, 0, 1)
    circuit.h(0)
    circuit.measure(0, 0)
    circuit.reset(0)
    circuit.h(0)
    circuit.cp(2 * pi * 0.75, 0, 1)
    with circuit.if_test((circuit.clbits[0], 1)):
        circuit.p(-pi / 2, 0)
    circuit.h(0)
    circuit.measure(0, 1)
    return circuit


@algorithm
def order_finding() -> Any:
    """Shor's algorithm for 15 with base 7."""
    circuit = QuantumCircuit(7, 3)
    circuit.h(range(3))
    circuit.x(3)
    for counter in range(3):
        for _ in range(2**counter % 4):
            circuit.cswap(counter, 5, 6)
            circuit.cswap(counter, 4, 5)
            circuit.cswap(counter, 3, 4)
            for target in range(3, 7):
                circuit.cx(counter, target)
    circuit.append(QFTGate(3).inverse(), range(3))
    circuit.measure(range(3), range(3))
    return circuit


@algorithm
def quantum_counting() -> Any:
    grover_step = QuantumCircuit(2, name="grover")
    grover_step.cz(0, 1)
    grover_step.h([0, 1])
    grover_step.x([0, 1])
    grover_step.cz(0, 1)
    grover_step.x([0, 1])
    grover_step.h([0, 1])
    controlled = grover_step.to_gate().control(1)
    circuit = QuantumCircuit(5, 3)
    circuit.h(range(5))
    for qubit in range(3):
        for _ in range(2**qubit):
            circuit.append(controlled, [qubit, 3, 4])
    circuit.append(QFTGate(3).inverse(), range(3))
    circuit.measure(range(3), range(3))
    return circuit


@algorithm
def linear_equations() -> Any:
    """HHL for a matrix of two by two."""
    circuit = QuantumCircuit(4, 2)
    circuit.x(3)
    circuit.h([1, 2])
    circuit.append(RXXGate(0.9).control(1), [1, 3, 0])
    circuit.crx(pi / 2, 1, 3)
    circuit.crx(pi, 2, 3)
    circuit.append(QFTGate(2).inverse(), [1, 2])
    circuit.cry(2 * asin(1 / 2), 1, 0)
    circuit.cry(2 * asin(1 / 3), 2, 0)
    circuit.append(QFTGate(2), [1, 2])
    circuit.measure([0, 3], [0, 1])
    return circuit


@algorithm
def ripple_carry_adder() -> Any:
    first, second, carry = QuantumRegister(2, "a"), QuantumRegister(2, "b"), QuantumRegister(3, "carry")
    total = ClassicalRegister(3, "total")
    circuit = QuantumCircuit(first, second, carry, total)
    circuit.h(first)
    circuit.x(second[1])
    for bit in range(2):
        circuit.ccx(first[bit], second[bit], carry[bit + 1])
        circuit.cx(first[bit], second[bit])
        circuit.ccx(carry[bit], second[bit], carry[bit + 1])
        circuit.cx(carry[bit], second[bit])
    circuit.measure([*second, carry[2]], total)
    return circuit


@algorithm
def fourier_adder() -> Any:
    circuit = QuantumCircuit(6, 3)
    circuit.x([0, 2])
    circuit.h(4)
    circuit.append(QFTGate(3), range(3, 6))
    for bit in range(3):
        for target in range(bit, 3):
            circuit.cp(2 * pi / 2 ** (target - bit + 1), bit, 3 + 2 - (2 - target))
    circuit.append(QFTGate(3).inverse(), range(3, 6))
    circuit.measure(range(3, 6), range(3))
    return circuit


@algorithm
def swap_test() -> Any:
    circuit = QuantumCircuit(3, 1)
    circuit.ry(0.8, 1)
    circuit.rx(1.9, 2)
    circuit.h(0)
    circuit.cswap(0, 1, 2)
    circuit.h(0)
    circuit.measure(0, 0)
    return circuit


@algorithm
def hadamard_test() -> Any:
    circuit = QuantumCircuit(2, 1)
    circuit.h(0)
    circuit.sdg(0)
    circuit.sx(1)
    circuit.cu(0.4, 1.1, -0.6, 0.3, 0, 1)
    circuit.h(0)
    circuit.measure(0, 0)
    return circuit


@algorithm
def variational_eigensolver() -> Any:
    ansatz = efficient_su2(3, reps=2)
    circuit = ansatz.assign_parameters([0.1 * number - 0.7 for number in range(ansatz.num_parameters)])
    circuit.measure_all()
    return circuit


@algorithm
def approximate_optimization() -> Any:
    circuit = QuantumCircuit(4)
    circuit.h(range(4))
    for gamma, beta in ((0.4, 0.8), (0.9, 0.3)):
        for one, other in ((0, 1), (1, 2), (2, 3), (3, 0)):
            circuit.rzz(2 * gamma, one, other)
        circuit.rx(2 * beta, range(4))
    circuit.measure_all()
    return circuit


@algorithm
def trotterised_heisenberg() -> Any:
    circuit = QuantumCircuit(3)
    circuit.x(1)
    for _ in range(3):
        for pair in ((0, 1), (1, 2)):
            circuit.rxx(0.3, *pair)
            circuit.append(RYYGate(0.3), pair)
            circuit.rzz(0.3, *pair)
        circuit.rz(0.2, range(3))
    circuit.measure_all()
    return circuit


@algorithm
def quantum_walk() -> Any:
    circuit = QuantumCircuit(3, 2)
    for _ in range(3):
        circuit.append(HGate(), [2])
        circuit.append(XGate().control(2), [2, 0, 1])
        circuit.cx(2, 0)
        circuit.x(2)
        circuit.append(XGate().control(2, ctrl_state=1), [2, 0, 1])
        circuit.cx(2, 0)
        circuit.x(2)
    circuit.measure([0, 1], [0, 1])
    return circuit
