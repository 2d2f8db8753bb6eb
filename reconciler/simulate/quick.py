# Imports heavy libraries (about a second): load this module only to simulate.
import math
import re
from collections.abc import Sequence
from functools import cache
from inspect import signature
from typing import Any

from braket.default_simulator.gate_operations import BRAKET_GATES

from reconciler.core.qasm.parse import parse
from reconciler.core.qasm.syntax import Barrier, GateCall, Measure, Operand, Register, Version
from reconciler.simulate.prepared import NotPrepared, Prepared
from reconciler.simulate.size import Limits, check_size

_NUMBER = re.compile(r"-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
_TURN = re.compile(r"(-?)(?:pi|π)(?: ?/ ?(\d+))?")
_MOST_DECLARED, _MOST_GATES = 1024, 200_000  # as in `guarded_context`
# Not what their names say: of all qubits, or of the course of a program.
_OTHERS = frozenset({"gphase", "unitary", "cc_prx", "measure_ff"})


def read_quickly(source: str, kind: str, limits: Limits) -> Prepared:
    """A flat program of the library's own gates with plain numbers, read by our own reader: twenty times as fast.

    Raises NotPrepared for whatever is not as plain as that, and SimulationFailed for what is too large.
    """
    program = parse(source)
    if program.broken is not None:
        raise NotPrepared
    reading = _Reading()
    for statement in program.statements:
        reading.take(statement)
    return reading.prepared(kind, limits)


class _Reading:
    """What was read so far. Qubits are numbered in the order of their declarations, as the library does."""

    def __init__(self) -> None:
        self._first: dict[str, tuple[int, int]] = {}  # a register's first qubit, and how many it has
        self._bits: dict[str, int] = {}
        self._gates: list[tuple[Any, tuple[int, ...], list[float]]] = []
        self._measured: dict[str, dict[int, int]] = {}
        self._declared = 0

    def take(self, statement: Any) -> None:
        """One statement. Raises NotPrepared."""
        if isinstance(statement, GateCall):
            self._gate(statement)
        elif isinstance(statement, Measure):
            self._measure(statement)
        elif isinstance(statement, Register):
            self._register(statement)
        elif not (isinstance(statement, Barrier) or (isinstance(statement, Version) and statement.number[0] == "3")):
            raise NotPrepared

    def prepared(self, kind: str, limits: Limits) -> Prepared:
        """The whole of it."""
        places = [self._measured[name][bit] for name in self._measured for bit in sorted(self._measured[name])]
        used = sorted({*places, *(qubit for _, qubits, _ in self._gates for qubit in qubits)})
        if not used or len(self._measured) > 1 or len(set(places)) < len(places):
            raise NotPrepared
        check_size(kind, len(used), len(self._gates), limits)
        new = {qubit: place for place, qubit in enumerate(used)}
        operations = [
            gate([new[qubit] for qubit in qubits], *numbers, ctrl_modifiers=(), power=1)
            for gate, qubits, numbers in self._gates
        ]
        measured = tuple(new[qubit] for qubit in places) or tuple(range(len(used)))
        return Prepared(operations, (), len(used), measured, (), (), lambda: ())

    def _register(self, register: Register) -> None:
        size = int(register.size) if register.size.isdecimal() and register.size.isascii() else 0
        known = register.name in self._first or register.name in self._bits
        if register.old or not 0 < size <= _MOST_DECLARED or known or register.name in BRAKET_GATES:
            raise NotPrepared
        if register.kind == "bit":
            self._bits[register.name] = size
            return
        self._first[register.name] = (self._declared, size)
        self._declared += size
        if self._declared > _MOST_DECLARED:
            raise NotPrepared

    def _gate(self, call: GateCall) -> None:
        gate = BRAKET_GATES.get(call.name)
        plain = gate is not None and not call.modifiers and call.name not in _OTHERS
        if not plain or self._measured or len(self._gates) >= _MOST_GATES:
            raise NotPrepared
        qubits = tuple(self._qubit(operand) for operand in call.operands)
        numbers = [_number(text) for text in call.parameters]
        if (len(qubits), len(numbers)) != _arity(call.name) or len(set(qubits)) < len(qubits):
            raise NotPrepared
        self._gates.append((gate, qubits, numbers))

    def _measure(self, measure: Measure) -> None:
        target = measure.target
        if target is None or len(measure.operands) != 1 or target.name not in self._bits:
            raise NotPrepared
        size, operand = self._bits[target.name], measure.operands[0]
        into = self._measured.setdefault(target.name, {})
        if target.index or operand.index:
            bit = _index(target, size)
            if bit in into:
                raise NotPrepared
            into[bit] = self._qubit(operand)
            return
        first, count = self._first.get(operand.name, (0, 0))
        if count != size or into:
            raise NotPrepared
        into.update((bit, first + bit) for bit in range(size))

    def _qubit(self, operand: Operand) -> int:
        first, size = self._first.get(operand.name, (0, 0))
        return first + _index(operand, size)


def _index(operand: Operand, size: int) -> int:
    text = operand.index
    if not (text.isdecimal() and text.isascii()) or int(text) >= size:
        raise NotPrepared
    return int(text)


def _number(text: str) -> float:
    if _NUMBER.fullmatch(text):
        return float(text)
    turn = _TURN.fullmatch(text)
    if turn is None or turn.group(2) == "0":
        raise NotPrepared
    value = math.pi / int(turn.group(2) or 1)
    return -value if turn.group(1) else value


@cache
def _arity(name: str) -> tuple[int, int]:
    """How many qubits and numbers the gate takes; the library would look only when it is too late."""
    gate = BRAKET_GATES[name]
    numbers = [p for p in signature(gate).parameters if p not in {"targets", "ctrl_modifiers", "power"}]
    width: Sequence[int] = gate([0], *([0.5] * len(numbers)))._base_matrix.shape
    return int(math.log2(width[0])), len(numbers)
