# Imports heavy libraries (about a second): load this module only to simulate.
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

from braket.default_simulator.openqasm.parser.openqasm_ast import Program as Parsed
from braket.default_simulator.operation import KrausOperation
from braket.default_simulator.simulator import BaseLocalSimulator
from sympy import Expr, Symbol, lambdify

from reconciler.simulate import SimulationFailed
from reconciler.simulate.gate_model import make_simulator, read_program
from reconciler.simulate.guarded_interpreter import GuardedInterpreter
from reconciler.simulate.size import Limits, check_size
from reconciler.simulate.straight import is_straight

Bind = Callable[..., Sequence[Any]]


class NotPrepared(Exception):  # noqa: N818 - named after the situation
    """The program has to be run by the library as a whole: its course depends on what it measures, or on its inputs."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A gate program that was read, to be run any number of times.

    Of the 17 ms that the library takes for 48 gates on five qubits, 10 are for reading the text. An input without a
    value stands for itself in the angles of gates, so one reading is enough and each run only puts numbers in.
    `measured` are the places of the measured qubits among all; `rotations` turn into the bases of observables.
    """

    operations: Sequence[Any]
    rotations: Sequence[Any]
    qubits: int
    measured: tuple[int, ...]
    inputs: tuple[str, ...]
    holes: tuple[tuple[int, str], ...]  # which operation waits for a number, and its attribute
    bind: Bind

    @property
    def noisy(self) -> bool:
        """Whether it is not the same without its noise."""
        return any(isinstance(one, KrausOperation) for one in self.operations)

    def at(self, inputs: Mapping[str, Any]) -> list[Any]:
        """Its operations with these values. Raises SimulationFailed if one is missing."""
        missing = [name for name in self.inputs if name not in inputs]
        if missing:
            raise SimulationFailed(f"The input {missing[0]} has no value.")
        operations = list(self.operations)
        if self.holes:
            values = self.bind(*(float(inputs[name]) for name in self.inputs))
            for index in {index for index, _ in self.holes}:
                operations[index] = copy(operations[index])
            for (index, attribute), value in zip(self.holes, values, strict=True):
                setattr(operations[index], attribute, float(value))
        return [*operations, *self.rotations]


class _Early(GuardedInterpreter):
    """Reads a program before the values of its inputs are known, if that makes no difference."""

    def visit(self, node: Any) -> Any:
        if isinstance(node, Parsed) and not is_straight(node):
            raise NotPrepared
        return super().visit(node)


def prepare(document: Mapping[str, Any], kind: str, limits: Limits, *, early: bool) -> Prepared:
    """Read a `braket.ir.openqasm.program` document, whose inputs have no values yet when it is read `early`.

    Raises NotPrepared, SimulationFailed, and whatever the library raises.
    """
    program = read_program({**document, "inputs": {}} if early else dict(document))
    simulator = make_simulator(kind, 0, limits)
    context = simulator.context
    context._shots = 1  # or what is measured in the middle of the program would not be noticed
    (_Early if early else GuardedInterpreter)(context).run(program.source, program.inputs)
    if context.is_branched:
        raise NotPrepared
    circuit = context.circuit
    circuit.validate_single_measured_register()
    check_size(kind, circuit.num_qubits, context.gates, limits)
    places = BaseLocalSimulator._map_circuit_to_contiguous_qubits(circuit)
    measured = tuple(places[qubit] for qubit in circuit.measured_qubits) or tuple(range(circuit.num_qubits))
    holes = [(index, name, value) for index, one in enumerate(circuit.instructions) for name, value in _open(one)]
    inputs = sorted({str(symbol) for _, _, value in holes for symbol in value.free_symbols})
    return Prepared(
        circuit.instructions,
        circuit.basis_rotation_instructions,
        circuit.num_qubits,
        measured,
        tuple(inputs),
        tuple((index, name) for index, name, _ in holes),
        _binding(inputs, [value for _, _, value in holes]),
    )


def _binding(inputs: Sequence[str], values: Sequence[Expr]) -> Bind:
    if not values:
        return lambda: ()
    bind: Bind = lambdify([Symbol(name) for name in inputs], list(values), modules="math")
    return bind


def _open(operation: Any) -> list[tuple[str, Expr]]:
    return [(k, v) for k, v in vars(operation).items() if isinstance(v, Expr) and v.free_symbols]
