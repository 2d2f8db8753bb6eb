# Imports heavy libraries (about a second): load this module only to simulate.
import math
import time
from collections.abc import Callable, Iterable
from copy import deepcopy
from typing import Any

from braket.default_simulator.openqasm.interpreter import Interpreter
from braket.default_simulator.openqasm.parser.openqasm_ast import (
    ArrayType,
    BinaryExpression,
    BitType,
    Identifier,
    IntegerLiteral,
    IntType,
    QuantumGate,
    QuantumGateDefinition,
    QuantumPhase,
    RangeDefinition,
    UintType,
)

from reconciler.simulate import SimulationFailed
from reconciler.simulate.modifiers import controls_in, modifier, written_out
from reconciler.simulate.syntax import strict_syntax

# Elements of a range, array or bit register, and bits of a number. The library makes an object of each element
# before it runs a loop.
MAX_LENGTH = 100_000
# Parts of the program that are read, those of a loop's body again each time. Measured: 30,000 to 50,000 a second
# on two busy cores, and 7 for a gate, so that the bound on gates is met first.
_MAX_STEPS = 4_000_000
# A step may copy a whole array, so the number of steps alone is no bound on time.
_MAX_SECONDS = 120.0
_STEPS_BETWEEN_LOOKS = 256


class GuardedInterpreter(Interpreter):  # type: ignore[misc]  # the library ships no types
    """The library's interpreter, with bounds on what the classical part of a program takes of memory and time.

    The library has a bound of its own for `while` loops (1,000 turns), and none for ranges, arrays and numbers.
    """

    def __init__(self, context: Any, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(context, warn_advanced_features=True)
        self._steps = 0
        self._clock = clock
        self._end = clock() + _MAX_SECONDS

    def run(self, *arguments: Any, **options: Any) -> Any:
        """The context after the program. Raises SimulationFailed with the place of what does not parse."""
        with strict_syntax("The program"):
            return super().run(*arguments, **options)

    def visit(self, node: Any) -> Any:
        """Every part of a program is read through here, also from within the library."""
        self._count()
        if isinstance(node, BinaryExpression) and node.op.name == "**":
            # Operands that were read stay as they are when they are read again.
            node = BinaryExpression(node.op, self.visit(node.lhs), self.visit(node.rhs))
            check_power(node.lhs, node.rhs)
        if isinstance(node, QuantumPhase) and node.modifiers:
            return super().visit(self._written_out(node))
        if isinstance(node, QuantumGate) and node.modifiers:
            node = self._plain(node)
        read = super().visit(node)
        # The parts of a range or a type are numbers only now, and nothing has been made of them yet.
        check_length(read)
        return read

    def inline_gate_def_body(self, body: list[Any]) -> list[Any]:
        """The body of a definition in gates of the library, without modifiers of others."""
        statements: list[Any] = []
        for one in body:
            if isinstance(one, QuantumPhase) and one.modifiers:
                statements += self._written_out(one)
            else:
                statements.append(self._plain(one) if isinstance(one, QuantumGate) and one.modifiers else one)
        inlined: list[Any] = super().inline_gate_def_body(statements)
        return inlined

    def _written_out(self, phase: Any) -> list[Any]:
        return written_out([QuantumPhase([], phase.argument, [])], self.visit(phase.modifiers), phase.qubits)

    def _plain(self, call: Any) -> Any:
        """The call of a gate that the program defines without its modifiers: of a gate defined with them in it."""
        if self.context.is_builtin_gate(call.name.name):
            return call
        modifiers = self.visit(call.modifiers)
        told = " @ ".join(f"{kind}({number})" for kind, number in map(modifier, modifiers))
        name = f"{told} @ {call.name.name}"  # no name that a program could give
        if not self.context.is_user_defined_gate(name):
            known = self.context.get_gate_definition(call.name.name)
            controls = [Identifier(f"control {number}") for number in range(controls_in(modifiers))]
            body = written_out(deepcopy(known.body), modifiers, controls)
            qubits = [*controls, *known.qubits]
            self.context.add_gate(name, QuantumGateDefinition(Identifier(name), known.arguments, qubits, body))
        return QuantumGate([], Identifier(name), call.arguments, call.qubits)

    def _count(self) -> None:
        self._steps += 1
        if self._steps > _MAX_STEPS:
            raise SimulationFailed(f"The program takes more than {_MAX_STEPS:,} steps; its loops are too long.")
        if self._steps % _STEPS_BETWEEN_LOOKS == 0 and self._clock() > self._end:
            raise SimulationFailed(f"Reading the program took more than {_MAX_SECONDS:.0f} seconds.")


def check_length(node: Any) -> None:
    """Raises SimulationFailed for a range, an array, a register or a number too long to be made."""
    if isinstance(node, RangeDefinition):
        _refuse_longer("A range", _range_length(node), "elements")
    elif isinstance(node, ArrayType) and isinstance(node.dimensions, list):
        _refuse_longer("An array", math.prod(max(0, size) for size in _numbers(node.dimensions)), "elements")
        check_length(node.base_type)
    elif isinstance(node, BitType):
        _refuse_longer("A bit register", max((0, *_numbers([node.size]))), "bits")
    elif isinstance(node, IntType | UintType):
        _refuse_longer("A number", max((0, *_numbers([node.size]))), "bits")
    elif isinstance(node, IntegerLiteral) and isinstance(node.value, int):
        _refuse_longer("A number", node.value.bit_length(), "bits")


def check_power(base: Any, exponent: Any) -> None:
    """Raises SimulationFailed for a power of whole numbers that is too long to be computed."""
    if isinstance(base, IntegerLiteral) and isinstance(exponent, IntegerLiteral):
        _refuse_longer("A number", base.value.bit_length() * max(0, exponent.value), "bits")


def _range_length(node: Any) -> int:
    """An open end is the end of something that has been made already."""
    first = _numbers([node.start]) or [0]
    last, step = _numbers([node.end]), _numbers([node.step]) or [1]
    if not last or not step[0]:  # the library refuses a step of zero
        return 0
    return max(0, (last[0] - first[0]) // step[0] + 1)


def _numbers(nodes: Iterable[Any]) -> list[int]:
    """Whole numbers among them; the library refuses other things by itself."""
    return [int(node.value) for node in nodes if isinstance(node, IntegerLiteral)]


def _refuse_longer(what: str, length: int, unit: str) -> None:
    if length > MAX_LENGTH:
        # The length itself may have too many digits to be shown.
        raise SimulationFailed(f"{what} of the program has more than {MAX_LENGTH:,} {unit}.")
