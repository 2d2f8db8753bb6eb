"""Random OpenQASM with modifiers, and the state that numpy comes to by the language's own definitions."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.complex128]
Modifier = tuple[str, float]

_X = np.array([[0, 1], [1, 0]], dtype=complex)
_SWAP = np.eye(4, dtype=complex)[[0, 2, 1, 3]]


def _turn(theta: float, phi: float, lam: float) -> Matrix:
    cos, sin = np.cos(theta / 2), np.sin(theta / 2)
    return np.array(
        [[cos, -np.exp(1j * lam) * sin], [np.exp(1j * phi) * sin, np.exp(1j * (phi + lam)) * cos]], dtype=complex
    )


def _controlled(matrix: Matrix, state: int) -> Matrix:
    size = len(matrix)
    whole = np.eye(2 * size, dtype=complex)
    whole[size * state : size * (state + 1), size * state : size * (state + 1)] = matrix
    return whole


GATES: dict[str, tuple[Matrix, str]] = {
    "x": (_X, "x"),
    "h": (np.array([[1, 1], [1, -1]], dtype=complex) / np.sqrt(2), "h"),
    "ti": (np.diag([1, np.exp(-0.25j * np.pi)]), "ti"),
    "ry": (_turn(0.7, 0, 0), "ry(0.7)"),
    "U": (_turn(0.4, 1.1, -0.6), "U(0.4, 1.1, -0.6)"),
    "cnot": (_controlled(_X, 1), "cnot"),
    "swap": (_SWAP, "swap"),
    "cphaseshift": (np.diag([1, 1, 1, np.exp(0.9j)]), "cphaseshift(0.9)"),
    "cswap": (_controlled(_SWAP, 1), "cswap"),
}
"""What each stands for, and how it is written."""


def modified(matrix: Matrix, modifiers: Sequence[Modifier]) -> Matrix:
    """The innermost one first, each as the language defines it."""
    for name, number in reversed(modifiers):
        if name == "inv":
            matrix = matrix.conj().T
        elif name == "pow":
            values, vectors = np.linalg.eig(matrix)
            # A half turn to the left is none: the principal root of -1 is i.
            angles = np.where(np.angle(values) < 1e-9 - np.pi, np.pi, np.angle(values))
            whole = float(number).is_integer()
            matrix = (
                np.linalg.matrix_power(matrix, int(number))
                if whole
                else vectors @ np.diag(np.exp(1j * number * angles)) @ np.linalg.inv(vectors)
            )
        else:
            for _ in range(int(number)):
                matrix = _controlled(matrix, int(name == "ctrl"))
    return matrix


def _text(modifiers: Sequence[Modifier]) -> str:
    return "".join(f"{name} @ " if name == "inv" else f"{name}({number:g}) @ " for name, number in modifiers)


def _on(matrix: Matrix, qubits: Sequence[int], state: Matrix) -> Matrix:
    width, count = len(qubits), state.ndim
    turned = np.tensordot(matrix.reshape([2] * 2 * width), state, axes=(range(width, 2 * width), qubits))
    return np.asarray(np.moveaxis(turned, range(width), qubits)) if count else turned


@dataclass
class Circuit:
    """A program, built up line by line with the state that it leaves. `kinds`: the modifiers that occur."""

    seed: int
    qubits: int
    kinds: Sequence[str]
    powers: Sequence[float] = (2, 3, -1, 0)
    lines: list[str] = field(default_factory=list)
    own: dict[str, tuple[Matrix, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.state = np.zeros([2] * self.qubits, dtype=complex)
        self.state[(0,) * self.qubits] = 1
        for qubit in range(self.qubits):
            self._add(
                f"U({0.3 + qubit}, {1.1 * qubit}, 0.2) q[{qubit}];", _turn(0.3 + qubit, 1.1 * qubit, 0.2), [qubit]
            )

    def gates(self, count: int) -> Circuit:
        """So many more gates with their modifiers, of the program's own definitions if there are any."""
        for _ in range(count):
            matrix, text = self.chance.choice(list((self.own or GATES).values()))
            modifiers, qubits = self._drawn(matrix, range(self.qubits))
            wires = ", ".join(f"q[{qubit}]" for qubit in qubits)
            self._add(f"{_text(modifiers)}{text} {wires};", modified(matrix, modifiers), qubits)
        return self

    def define(self, name: str) -> Circuit:
        """A gate of two qubits: a phase, and gates with modifiers, also of those that were defined before."""
        whole, body = np.exp(0.8j) * np.eye(4, dtype=complex), ["gphase(0.8);"]
        for _ in range(2):
            known = [pair for pair in (*GATES.values(), *self.own.values()) if len(pair[0]) <= 4]
            matrix, text = self.chance.choice(known)
            modifiers, qubits = self._drawn(matrix, range(2), inner=True)
            body.append(f"{_text(modifiers)}{text} {', '.join('ab'[qubit] for qubit in qubits)};")
            columns = whole.reshape(2, 2, 4)
            whole = _on(modified(matrix, modifiers), qubits, columns).reshape(4, 4)
        self.lines.insert(0, f"gate {name} a, b {{ {' '.join(body)} }}")
        self.lines.sort(key=lambda line: (not line.startswith("gate"), line if line.startswith("gate") else ""))
        self.own[name] = (whole, name)
        return self

    def text(self) -> str:
        """The program."""
        return "\n".join(["OPENQASM 3.0;", f"qubit[{self.qubits}] q;", *self.lines])

    def _add(self, line: str, matrix: Matrix, qubits: Sequence[int]) -> None:
        self.lines.append(line)
        self.state = _on(matrix, qubits, self.state)

    def _drawn(self, matrix: Matrix, wires: Sequence[int], *, inner: bool = False) -> tuple[list[Modifier], list[int]]:
        width = int(np.log2(len(matrix)))
        room = len(wires) - width
        modifiers: list[Modifier] = []
        for _ in range(self.chance.randint(0 if inner else 1, 3)):
            kind = self.chance.choice(self.kinds)
            if kind in ("ctrl", "negctrl"):
                number = min(room, self.chance.choice((1, 1, 2)))
                room -= number
                modifiers += [(kind, number)] if number else []
            else:
                modifiers.append((kind, self.chance.choice(self.powers)))
        return modifiers, self.chance.sample(wires, len(wires) - room)
