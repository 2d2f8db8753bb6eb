# Imports heavy libraries (about a second): load this module only to simulate.
from collections.abc import Sequence
from functools import cache
from inspect import signature
from typing import Any, Literal

import numpy as np
from braket.default_simulator.gate_operations import BRAKET_GATES
from braket.default_simulator.operation import GateOperation
from numpy.typing import NDArray
from scipy.linalg import schur

Matrix = NDArray[np.complex128]
Modifier = tuple[Literal["ctrl", "negctrl", "inv", "pow"], float]
"""What is done to a gate, and how many times or to which power."""

_WIDTH = 3  # qubits
_HALF_TURN = np.pi - 1e-9


class Modified(GateOperation):  # type: ignore[misc]  # the library ships no types
    """A gate of the library with its modifiers, as one matrix that it has no shorter way for.

    The library's own way drops a controlled gate wherever the control lies between other qubits (numpy then reshapes a
    copy), writes beyond the state from eleven qubits on, forgets the power of `cnot` and `swap`, and multiplies the
    powers of nested `pow`. Its way for three qubits and more does none of that, so as many controls go into the matrix
    as make three; the others bound what it is multiplied with.
    """

    gate_type = None  # there is no shortcut for it

    def __init__(self, gate: str, targets: Sequence[int], angles: Sequence[Any], modifiers: Sequence[Modifier]) -> None:
        """`modifiers` in the order of the text: the last one is next to the gate."""
        self._gate, self._modifiers = gate, tuple(modifiers)
        controls = [state for kind, n in modifiers if kind.endswith("ctrl") for state in [int(kind == "ctrl")] * int(n)]
        self._folded = min(len(controls), max(0, _WIDTH - (len(targets) - len(controls))))
        outer = len(controls) - self._folded
        self._inner = tuple(controls[outer:])
        super().__init__(targets, ctrl_modifiers=tuple(controls[:outer]))
        # One attribute for each: an angle may be an input that gets its number later.
        for name, angle in zip(_names(gate), angles, strict=True):
            setattr(self, name, angle)

    @property
    def _base_matrix(self) -> Matrix:
        angles = [getattr(self, name) for name in _names(self._gate)]
        matrix = np.asarray(BRAKET_GATES[self._gate]([0], *angles)._base_matrix, dtype=complex)
        for kind, number in reversed(self._modifiers):
            if kind == "inv":
                matrix = matrix.conj().T
            elif kind == "pow":
                matrix = _power(matrix, number)
        # A control is the same before and after the others: the power of a controlled gate is the controlled power.
        for state in reversed(self._inner):
            matrix = _controlled(matrix, state)
        return matrix


@cache
def _names(gate: str) -> tuple[str, ...]:
    others = {"targets", "ctrl_modifiers", "power"}
    return tuple(f"_angle_{name}" for name in signature(BRAKET_GATES[gate]).parameters if name not in others)


def _power(matrix: Matrix, exponent: float) -> Matrix:
    """A unitary's power; of a fraction the principal one, by angles above minus a half turn and up to a half one."""
    if float(exponent).is_integer():
        return np.linalg.matrix_power(matrix if exponent >= 0 else matrix.conj().T, abs(int(exponent)))
    triangle, basis = schur(matrix, output="complex")  # diagonal, for a unitary is normal
    angles = np.angle(np.diag(triangle))
    angles = np.where(np.abs(angles) > _HALF_TURN, np.pi, angles)  # a half turn to the right is one to the left
    power: Matrix = basis @ np.diag(np.exp(1j * exponent * angles)) @ basis.conj().T
    return power


def _controlled(matrix: Matrix, state: int) -> Matrix:
    """The matrix where a qubit before it is in this state, and nothing where it is in the other."""
    size = len(matrix)
    whole = np.eye(2 * size, dtype=complex)
    whole[size * state : size * (state + 1), size * state : size * (state + 1)] = matrix
    return whole
