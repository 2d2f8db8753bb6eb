"""Textbook states, protocols, oracles, codes and experiments, as people write them with Qiskit."""

from __future__ import annotations

from math import acos, sqrt
from typing import Any

from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister

from tests.qiskit_programs.registry import algorithm


@algorithm
def bell_pair() -> Any:
    circuit = QuantumCircuit(2)
    circuit.h(0)
    circuit.cx(0, 1)
    circuit.measure_all()
    return circuit


@algorithm
def ghz_state() -> Any:
    circuit = QuantumCircuit(4, 4)
    circuit.h(0)
    for qubit in range(3):
        circuit.cx(qubit, qubit + 1)
    circuit.measure(range(4), range(4))
    return circuit


@algorithm
def w_state() -> Any:
    circuit = QuantumCircuit(3)
    circuit.ry(2 * acos(1 / sqrt(3)), 0)
    circuit.ch(0, 1)
    circuit.cx(1, 2)
    circuit.cx(0, 1)
    circuit.x(0)
    circuit.measure_all()
    return circuit


@algorithm
def superdense_coding() -> Any:
    circuit = QuantumCircuit(2, 2)
    circuit.h(0)
    circuit.cx(0, 1)
    circuit.barrier()
    circuit.z(0)
    circuit.x(0)
    circuit.barrier()
    circuit.cx(0, 1)
    circuit.h(0)
    circuit.measure([0, 1], [0, 1])
    return circuit


@algorithm
def teleportation() -> Any:
    qubits = QuantumRegister(3, "q")
    phase, flip, out = ClassicalRegister(1, "crz"), ClassicalRegister(1, "crx"), ClassicalRegister(1, "out")
    circuit = QuantumCircuit(qubits, phase, flip, out)
    circuit.u(0.7, 0.2, 0.4, 0)
    circuit.h(1)
    circuit.cx(1, 2)
    circuit.barrier()
    circuit.cx(0, 1)
    circuit.h(0)
    circuit.measure(0, phase[0])
    circuit.measure(1, flip[0])
    with circuit.if_test((flip, 1)):
        circuit.x(2)
    with circuit.if_test((phase, 1)):
        circuit.z(2)
    circuit.measure(2, out[0])
    return circuit


@algorithm
def entanglement_swapping() -> Any:
    circuit = QuantumCircuit(4, 4)
    for first in (0, 2):
        circuit.h(first)
        circuit.cx(first, first + 1)
    circuit.cx(1, 2)
    circuit.h(1)
    circuit.measure([1, 2], [0, 1])
    with circuit.if_test((circuit.clbits[1], 1)):
        circuit.x(3)
    with circuit.if_test((circuit.clbits[0], 1)):
        circuit.z(3)
    circuit.measure([0, 3], [2, 3])
    return circuit


@algorithm
def deutsch() -> Any:
    circuit = QuantumCircuit(2, 1)
    circuit.x(1)
    circuit.h([0, 1])
    circuit.cx(0, 1)
    circuit.h(0)
    circuit.measure(0, 0)
    return circuit


@algorithm
def deutsch_jozsa() -> Any:
    oracle = QuantumCircuit(4, name="oracle")
    oracle.x([0, 2])
    for qubit in range(3):
        oracle.cx(qubit, 3)
    oracle.x([0, 2])
    circuit = QuantumCircuit(4, 3)
    circuit.x(3)
    circuit.h(range(4))
    circuit.append(oracle.to_gate(), range(4))
    circuit.h(range(3))
    circuit.measure(range(3), range(3))
    return circuit


@algorithm
def bernstein_vazirani() -> Any:
    hidden = "10110"
    circuit = QuantumCircuit(6, 5)
    circuit.x(5)
    circuit.h(range(6))
    circuit.barrier()
    for qubit, bit in enumerate(reversed(hidden)):
        if bit == "1":
            circuit.cx(qubit, 5)
    circuit.barrier()
    circuit.h(range(5))
    circuit.measure(range(5), range(5))
    return circuit


@algorithm
def simon() -> Any:
    data, ancilla, bits = QuantumRegister(3, "data"), QuantumRegister(3, "ancilla"), ClassicalRegister(3, "result")
    circuit = QuantumCircuit(data, ancilla, bits)
    circuit.h(data)
    circuit.cx(data, ancilla)
    circuit.cx(data[1], ancilla[1])
    circuit.cx(data[1], ancilla[2])
    circuit.h(data)
    circuit.measure(data, bits)
    return circuit


@algorithm
def hidden_shift() -> Any:
    circuit = QuantumCircuit(4)
    circuit.h(range(4))
    circuit.x([1, 3])
    circuit.cz(0, 1)
    circuit.cz(2, 3)
    circuit.x([1, 3])
    circuit.h(range(4))
    circuit.cz(0, 1)
    circuit.cz(2, 3)
    circuit.h(range(4))
    circuit.measure_all()
    return circuit


@algorithm
def bit_flip_code() -> Any:
    data, ancilla = QuantumRegister(3, "data"), QuantumRegister(2, "ancilla")
    syndrome, out = ClassicalRegister(2, "syndrome"), ClassicalRegister(3, "out")
    circuit = QuantumCircuit(data, ancilla, syndrome, out)
    circuit.ry(0.9, data[0])
    circuit.cx(data[0], data[1])
    circuit.cx(data[0], data[2])
    circuit.barrier()
    circuit.rx(1.2, data[1])
    circuit.barrier()
    for one, other, into in ((0, 1, 0), (1, 2, 1)):
        circuit.cx(data[one], ancilla[into])
        circuit.cx(data[other], ancilla[into])
    circuit.measure(ancilla, syndrome)
    for value, qubit in ((1, 0), (3, 1), (2, 2)):
        with circuit.if_test((syndrome, value)):
            circuit.x(data[qubit])
    circuit.measure(data, out)
    return circuit


@algorithm
def ramsey_experiment() -> Any:
    circuit = QuantumCircuit(1, 1)
    circuit.sx(0)
    circuit.delay(100, 0, unit="ns")
    circuit.rz(0.3, 0)
    circuit.sxdg(0)
    circuit.measure(0, 0)
    return circuit
