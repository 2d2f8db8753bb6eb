# Imports heavy libraries (about a second): load this module only to simulate.
from dataclasses import fields, is_dataclass
from typing import Any

from braket.default_simulator.openqasm.parser.openqasm_ast import (
    BinaryExpression,
    BitType,
    Box,
    ClassicalDeclaration,
    FloatType,
    FunctionCall,
    IODeclaration,
    IOKeyword,
    Pragma,
    QuantumBarrier,
    QuantumGate,
    QuantumMeasurementStatement,
    QubitDeclaration,
    UnaryExpression,
)

_PLAIN = (Pragma, QuantumBarrier, QuantumGate, QuantumMeasurementStatement, QubitDeclaration)
# Comparisons and bits of a number that is not known yet come out as if it were none of those compared with.
_ARITHMETIC = frozenset("+-*/")


def is_straight(program: Any) -> bool:
    """Whether its course is the same whatever its inputs are, so that it may be read before they are known."""
    return all(map(_is_plain, program.statements)) and not _holds_decisions(program)


def _is_plain(statement: Any) -> bool:
    if isinstance(statement, IODeclaration):
        # Whole numbers and angles of a width are rounded when they are declared.
        return (
            statement.io_identifier is IOKeyword.input
            and isinstance(statement.type, FloatType)
            and statement.type.size is None
        )
    if isinstance(statement, ClassicalDeclaration):
        return isinstance(statement.type, BitType) and statement.init_expression is None
    if isinstance(statement, Box):
        return all(map(_is_plain, statement.body))
    return isinstance(statement, _PLAIN)


def _holds_decisions(node: Any) -> bool:
    if isinstance(node, list | tuple):
        return any(map(_holds_decisions, node))
    if isinstance(node, FunctionCall):
        return True
    if isinstance(node, BinaryExpression | UnaryExpression) and node.op.name not in _ARITHMETIC:
        return True
    if is_dataclass(node):
        return any(_holds_decisions(getattr(node, field.name, None)) for field in fields(node))
    return False
