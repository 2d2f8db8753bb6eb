"""What Qiskit itself says of a circuit: exact probabilities of its classical bits, by its Statevector."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from qiskit.quantum_info import Operator, Statevector

_PROJECTORS = [Operator(np.diag([1.0, 0.0])), Operator(np.diag([0.0, 1.0]))]
_FLIP = Operator(np.array([[0.0, 1.0], [1.0, 0.0]]))
_NOTHING = 1e-12


@dataclass(frozen=True)
class Branch:
    """One course of the measurements so far."""

    probability: float
    bits: tuple[int, ...]
    state: Any


def distribution(circuit: Any) -> dict[str, float]:
    """Bits in their order to probability, every measurement, reset and condition followed."""
    start = Branch(1.0, (0,) * circuit.num_clbits, Statevector.from_int(0, 2**circuit.num_qubits))
    found: dict[str, float] = defaultdict(float)
    for branch in _run(circuit, circuit.data, range(circuit.num_qubits), [start]):
        found["".join(map(str, branch.bits))] += branch.probability
    return dict(found)


def _run(circuit: Any, data: Any, qubits: Sequence[int], branches: list[Branch]) -> list[Branch]:
    for item in data:
        where = [qubits[circuit.find_bit(qubit).index] for qubit in item.qubits]
        name = item.operation.name
        if name in ("barrier", "delay"):
            continue
        if name == "measure":
            bit = circuit.find_bit(item.clbits[0]).index
            branches = [after for branch in branches for after in _measured(branch, where[0], bit)]
        elif name == "reset":
            branches = [after for branch in branches for after in _reset(branch, where[0])]
        elif name == "if_else":
            branches = [after for branch in branches for after in _branched(circuit, item, where, branch)]
        else:
            gate = Operator(item.operation)
            branches = [Branch(b.probability, b.bits, b.state.evolve(gate, where)) for b in branches]
    return branches


def _projected(branch: Branch, qubit: int, value: int) -> Branch | None:
    likely = float(branch.state.probabilities([qubit])[value])
    if likely < _NOTHING:
        return None
    state = branch.state.evolve(_PROJECTORS[value], [qubit]) / np.sqrt(likely)
    return Branch(branch.probability * likely, branch.bits, state)


def _measured(branch: Branch, qubit: int, bit: int) -> list[Branch]:
    after = [(value, _projected(branch, qubit, value)) for value in (0, 1)]
    return [
        Branch(found.probability, (*found.bits[:bit], value, *found.bits[bit + 1 :]), found.state)
        for value, found in after
        if found is not None
    ]


def _reset(branch: Branch, qubit: int) -> list[Branch]:
    zero, one = _projected(branch, qubit, 0), _projected(branch, qubit, 1)
    turned = None if one is None else Branch(one.probability, one.bits, one.state.evolve(_FLIP, [qubit]))
    return [found for found in (zero, turned) if found is not None]


def _branched(circuit: Any, item: Any, where: Sequence[int], branch: Branch) -> list[Branch]:
    subject, wanted = item.operation.condition
    bits = [subject] if not hasattr(subject, "size") else list(subject)
    value = sum(branch.bits[circuit.find_bit(bit).index] << place for place, bit in enumerate(bits))
    blocks = item.operation.blocks
    if value != int(wanted) and len(blocks) < 2:
        return [branch]
    block = blocks[0] if value == int(wanted) else blocks[1]
    return _run(block, block.data, where, [branch])
