# Imports heavy libraries (about a second): load this module only to simulate.
from collections.abc import Sequence
from typing import Any

from braket.default_simulator.gate_operations import BRAKET_GATES
from braket.default_simulator.openqasm.parser.openqasm_ast import BinaryExpression
from braket.default_simulator.openqasm.program_context import ProgramContext

from reconciler.simulate import SimulationFailed
from reconciler.simulate.guarded_interpreter import check_length, check_power
from reconciler.simulate.modified import Modified, Modifier
from reconciler.simulate.modifiers import modifier
from reconciler.simulate.syntax import strict_syntax

# Declared qubits cost memory before any gate; SV1, the widest gate device, has 34.
_MAX_DECLARED = 1024
# The interpreter reads 2,500 to 4,000 gates a second, so this is about a minute; loops unroll.
_MAX_GATES = 200_000


class GuardedContext(ProgramContext):  # type: ignore[misc]  # the library ships no types
    """The interpreter's state, with limits, and strict about pragmas. `gates` counts gates as they are applied."""

    gates = 0
    _modifiers: Sequence[Modifier] = ()  # of the gate that is being added, in the order of the text

    def add_qubits(self, name: str, num_qubits: int | None = 1) -> None:
        if self.num_qubits + (num_qubits or 1) > _MAX_DECLARED:
            raise SimulationFailed(f"The program declares more than {_MAX_DECLARED} qubits.")
        super().add_qubits(name, num_qubits)

    def parse_pragma(self, pragma_body: str) -> Any:
        with strict_syntax("A pragma"):
            return super().parse_pragma(pragma_body)

    def add_builtin_gate(self, gate_name: str, parameters: Any, qubits: Any, modifiers: Any = None) -> None:
        # The library hands on a product of powers and a list of controls: in what order they stood is lost in it.
        self._modifiers = [modifier(one) for one in modifiers or ()]
        super().add_builtin_gate(gate_name, parameters, qubits, modifiers or [])

    def add_gate_instruction(
        self, gate_name: str, target: tuple[int, ...], params: Any, ctrl_modifiers: list[int], power: float
    ) -> None:
        self.gates += 1
        if self.gates > _MAX_GATES:
            raise SimulationFailed(f"The program has more than {_MAX_GATES} gates.")
        if not self._modifiers or gate_name not in BRAKET_GATES:
            super().add_gate_instruction(gate_name, target, params, ctrl_modifiers, power)
            return
        gate = Modified(gate_name, target, params, self._modifiers)
        self._flush_pending_mcm_for_qubits(target)
        for course in self.active_paths if self.is_branched else [self.circuit]:
            course.add_instruction(gate)

    def _evaluate_expression(self, expression: Any) -> Any:
        # What follows from a measurement is evaluated here for each path, and not by the interpreter.
        if isinstance(expression, BinaryExpression) and expression.op.name == "**":
            check_power(self._evaluate_expression(expression.lhs), self._evaluate_expression(expression.rhs))
        value = super()._evaluate_expression(expression)
        check_length(value)
        return value
