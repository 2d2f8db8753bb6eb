# Imports heavy libraries (about a second): load this module only to simulate.
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from braket.default_simulator.openqasm.parser.openqasm_ast import (
    FloatLiteral,
    GateModifierName,
    Identifier,
    IntegerLiteral,
    QuantumGate,
    QuantumGateModifier,
    QuantumPhase,
    UnaryExpression,
    UnaryOperator,
)

from reconciler.simulate import SimulationFailed
from reconciler.simulate.modified import Modifier

_CONTROLS = (GateModifierName.ctrl, GateModifierName.negctrl)
_MOST = 200_000  # statements, as in `guarded_context`
_HALF_TURN = 3.141592653589793


def modifier(read: QuantumGateModifier) -> Modifier:
    """A modifier whose number was read."""
    name: Any = read.modifier.name
    return name, 1.0 if read.argument is None else float(read.argument.value)


def controls_in(modifiers: Sequence[QuantumGateModifier]) -> int:
    """How many qubits they take before those of the gate."""
    return sum(int(modifier(one)[1]) for one in modifiers if one.modifier in _CONTROLS)


def written_out(body: Sequence[Any], modifiers: Sequence[QuantumGateModifier], controls: Sequence[Any]) -> list[Any]:
    """The statements of a gate with what the modifiers of its call mean to each, by OpenQASM's definition of them.

    The library takes a power of each statement instead of repeating them all, and controls no phase. `modifiers` and
    `controls` in the order of the text. Raises SimulationFailed.
    """
    statements, left = list(body), list(controls)
    for one in reversed(modifiers):
        if one.modifier is GateModifierName.inv:
            statements = _inverted(statements)
        elif one.modifier is GateModifierName.pow:
            statements = _repeated(statements, modifier(one)[1])
        else:
            for _ in range(int(modifier(one)[1])):
                single, qubit = QuantumGateModifier(one.modifier, IntegerLiteral(1)), left.pop()
                statements = [made for each in statements for made in _controlled(each, single, qubit)]
    return statements


def _inverted(statements: Sequence[Any]) -> list[Any]:
    return [_inverse(each) for each in reversed(statements)]


def _inverse(statement: Any) -> Any:
    if isinstance(statement, QuantumPhase):
        return QuantumPhase([], UnaryExpression(UnaryOperator["-"], deepcopy(statement.argument)), statement.qubits)
    inverse = QuantumGateModifier(GateModifierName.inv)
    return QuantumGate([inverse, *statement.modifiers], statement.name, statement.arguments, statement.qubits)


def _repeated(statements: Sequence[Any], times: float) -> list[Any]:
    if not times.is_integer():
        raise SimulationFailed(
            f"pow({times:g}) of a defined gate, or of a phase, is not simulated; only whole powers are."
        )
    if abs(times) * len(statements) > _MOST:
        raise SimulationFailed(f"The program has more than {_MOST} gates.")
    once = _inverted(statements) if times < 0 else statements
    return [deepcopy(each) for _ in range(abs(int(times))) for each in once]


def _controlled(statement: Any, control: QuantumGateModifier, qubit: Any) -> list[Any]:
    """A statement where this qubit says so. A phase then is one of the qubit, turned over where it must not be set."""
    if isinstance(statement, QuantumGate):
        modifiers, qubits = [control, *statement.modifiers], [qubit, *statement.qubits]
        return [QuantumGate(modifiers, statement.name, statement.arguments, qubits)]
    phase = _turn(qubit, 0.0, statement.argument)
    if control.modifier is GateModifierName.ctrl:
        return [phase]
    return [_not(qubit), phase, _not(qubit)]


def _not(qubit: Any) -> QuantumGate:
    return _turn(qubit, _HALF_TURN, FloatLiteral(_HALF_TURN))


def _turn(qubit: Any, angle: float, phase: Any) -> QuantumGate:
    angles = [FloatLiteral(angle), FloatLiteral(0.0), deepcopy(phase)]
    return QuantumGate([], Identifier("U"), angles, [deepcopy(qubit)])
