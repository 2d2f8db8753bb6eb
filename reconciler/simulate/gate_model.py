# Imports heavy libraries (about a second): load this module only to simulate.
import re
from dataclasses import fields, is_dataclass
from typing import Any, Literal

import numpy as np
from braket.default_simulator import DensityMatrixSimulator, StateVectorSimulator
from braket.default_simulator.openqasm.parser.openqasm_ast import Include
from braket.default_simulator.openqasm.parser.openqasm_parser import parse
from braket.ir.openqasm import Program

from reconciler.simulate import SimulationFailed
from reconciler.simulate.guarded_context import GuardedContext
from reconciler.simulate.guarded_interpreter import GuardedInterpreter
from reconciler.simulate.sampled import exact_value, sampled_value
from reconciler.simulate.size import Limits, check_size, duration
from reconciler.simulate.syntax import strict_syntax

_NOTHING = "The program uses no qubits."


class _Guarded:
    """Mixed into a simulator: checks the size just before memory is taken, and seeds each simulation."""

    def __init__(self, kind: str, seed: int, limits: Limits | None = None) -> None:
        self._kind = kind
        self._limits = limits or Limits()
        self._seeds = np.random.SeedSequence(abs(seed))
        self.context = GuardedContext(simulator=self)
        self.qubits = 0

    def create_program_context(self) -> GuardedContext:
        return self.context

    def parse_program(self, program: Program) -> GuardedContext:
        context: GuardedContext = GuardedInterpreter(self.context).run(program.source, program.inputs)
        return context

    def _parse_program_with_shots(self, program: Program, shots: int) -> GuardedContext:
        # The library makes its own interpreter in both methods; a test with shots and one without prove them replaced.
        self.context._shots = shots
        return self.parse_program(program)

    def initialize_simulation(self, **kwargs: Any) -> Any:
        # Called once for a plain program, and once for each path and measurement of one with mid-circuit measurements.
        self.qubits = max(self.qubits, kwargs["qubit_count"])
        check_size(self._kind, self.qubits, self.context.gates, self._limits)
        simulation = super().initialize_simulation(**kwargs)  # type: ignore[misc]  # provided by the simulator class
        # The library offers no seed. This generator draws the samples; a test proves that equal seeds give equal shots.
        simulation._rng_generator = np.random.default_rng(self._seeds.spawn(1)[0])
        return simulation

    @property
    def duration(self) -> int:
        """Milliseconds that it took, by the size of the work."""
        return duration(self._kind, self.qubits, self.context.gates)


class _StateVector(_Guarded, StateVectorSimulator):  # type: ignore[misc]  # the library ships no types
    pass


class _DensityMatrix(_Guarded, DensityMatrixSimulator):  # type: ignore[misc]  # the library ships no types
    pass


def make_simulator(kind: str, seed: int, limits: Limits | None = None) -> Any:
    """A simulator of this kind with the guards. It is for one program."""
    return (_StateVector if kind == "state_vector" else _DensityMatrix)(kind, seed, limits)


def read_program(document: dict[str, Any]) -> Program:
    """The program as the simulators take it. Raises SimulationFailed for an include, or if there is nothing in it."""
    program = Program.parse_obj(document)
    if not program.source.strip():
        raise SimulationFailed(_NOTHING)
    _refuse_includes(program.source)
    # The simulator takes a source that ends in ".qasm" for the name of a file to open; a newline keeps it a program.
    program.source += "\n"
    return program


def run_gate_model(
    document: dict[str, Any],
    kind: Literal["state_vector", "density_matrix"],
    shots: int,
    seed: int,
    limits: Limits | None = None,
) -> dict[str, Any]:
    """Run a `braket.ir.openqasm.program` document; the answer is a `results.json` document."""
    program = read_program(document)
    simulator = make_simulator(kind, seed, limits)
    result = simulator.run(program, shots=shots)
    measurements = [[int(bit) for bit in shot] for shot in result.measurements or []] if shots else None
    measured = [int(qubit) for qubit in result.measuredQubits]
    answer = {
        "braketSchemaHeader": {"name": "braket.task_result.gate_model_task_result", "version": "1"},
        "measurements": measurements,
        "measuredQubits": measured,
        "resultTypes": [_result_type(item, measurements, measured) for item in result.resultTypes or []],
        "taskMetadata": {
            "braketSchemaHeader": {"name": "braket.task_result.task_metadata", "version": "1"},
            "id": "simulation",
            "shots": shots,
            "deviceId": "simulation",
        },
        "additionalMetadata": {
            "action": document,
            "simulatorMetadata": {
                "braketSchemaHeader": {"name": "braket.task_result.simulator_metadata", "version": "1"},
                "executionDuration": simulator.duration,
            },
        },
    }
    return {key: value for key, value in answer.items() if value is not None}


def _refuse_includes(source: str) -> None:
    """An include opens any file of this machine, by relative or absolute path."""
    if not re.search(r"\binclude\b", source):
        return
    # Only the parser knows a statement from a comment or a pragma, so it decides when the word occurs.
    with strict_syntax("The program"):
        parsed = parse(source)
    if _contains(parsed, Include):
        raise SimulationFailed("OpenQASM include is refused: it would read files of this machine.")


def _contains(node: object, kind: type) -> bool:
    if isinstance(node, kind):
        return True
    if isinstance(node, list | tuple):
        return any(_contains(item, kind) for item in node)
    if is_dataclass(node):
        return any(_contains(getattr(node, field.name, None), kind) for field in fields(node))
    return False


def _result_type(item: Any, measurements: list[list[int]] | None, measured: list[int]) -> dict[str, Any]:
    """The library pairs each result type with a value only without shots; the cloud's file always has both."""
    if measurements is None:
        kind = item.type.dict(exclude_none=True)
        return {"type": kind, "value": exact_value(item.value)}
    kind = item.dict(exclude_none=True)
    return {"type": kind, "value": sampled_value(kind, np.array(measurements), measured)}
