# Imports heavy libraries (about a second): load this module only to simulate.
import json
import logging
import warnings
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Literal

from braket.default_simulator.density_matrix_simulation import DensityMatrixSimulation
from braket.default_simulator.operation import KrausOperation
from braket.default_simulator.state_vector_simulation import StateVectorSimulation

from reconciler.simulate import SimulationFailed
from reconciler.simulate.braket import _LOCK, OPENQASM
from reconciler.simulate.counted import (
    Shares,
    drawn_counts,
    fidelity,
    fidelity_with,
    measured_shares,
    shares_of_counts,
)
from reconciler.simulate.gate_model import run_gate_model
from reconciler.simulate.prepared import NotPrepared, Prepared, prepare
from reconciler.simulate.quick import read_quickly
from reconciler.simulate.result import parse
from reconciler.simulate.size import Limits, check_size
from reconciler.simulate.trial import Answer, Point, Unit

Kind = Literal["state_vector", "density_matrix"]


class GateTrial:
    """Runs of one OpenQASM program. What can be read once is read once."""

    def __init__(self, unit: Unit) -> None:
        self._source, self._device = unit["text"], unit["device"]
        self._noisy = unit["backend"] == "device_noise"
        self._kind: Kind = "state_vector" if unit["backend"] == "state_vector" else "density_matrix"
        self._limits = Limits(**unit["limits"])  # type: ignore[arg-type]  # only `memory` may be None
        # A device's noise may depend on the angles of its gates: the program with it is made for each point.
        self._many = len(unit["points"]) > 1 and not self._noisy
        self._known: Prepared | None = None

    def __call__(self, point: Point) -> Answer:
        """Run it at one point. Raises SimulationFailed, and whatever the library raises."""
        # The simulator logs a warning for language features that QPUs lack; without a handler Python prints it.
        logging.getLogger("braket").addHandler(logging.NullHandler())
        with _LOCK, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return self._run(point)

    def _run(self, point: Point) -> Answer:
        document = self._document(point)
        try:
            prepared = self._prepared(document)
        except NotPrepared:
            return self._as_a_whole(document, point)
        operations = prepared.at(point["inputs"])
        if self._kind == "state_vector" and prepared.noisy:
            raise SimulationFailed("The program has noise, which only the backend density_matrix simulates.")
        simulation = _evolved(self._kind, prepared.qubits, operations, point["shots"])
        shares = measured_shares(simulation, prepared.qubits, prepared.measured)
        counts = drawn_counts(simulation, prepared.qubits, prepared.measured, point["seed"])
        return {"counts": counts, "fidelity": self._fidelity(prepared, operations, shares, point)}

    def _document(self, point: Point) -> dict[str, Any]:
        source, inputs = self._source, point["inputs"]
        if self._noisy:
            from reconciler.simulate.noisy import with_noise  # Braket's SDK: only for a device's noise

            source, inputs = with_noise(source, inputs, self._device), {}
        return {
            "braketSchemaHeader": {"name": OPENQASM, "version": "1"},
            "source": source,
            "inputs": dict(inputs),
        }

    def _prepared(self, document: Mapping[str, Any]) -> Prepared:
        if not document["inputs"]:
            with suppress(NotPrepared):
                return read_quickly(document["source"], self._kind, self._limits)
        if not self._many:
            return prepare(document, self._kind, self._limits, early=False)
        try:
            self._known = self._known or prepare(document, self._kind, self._limits, early=True)
        except SimulationFailed:
            raise
        except Exception:  # noqa: BLE001 - the library may choke on an input without a value in more than one way
            self._many = False
            return prepare(document, self._kind, self._limits, early=False)
        return self._known

    def _as_a_whole(self, document: dict[str, Any], point: Point) -> Answer:
        """By the library alone: the program goes on by what it measured, so no distribution is known beforehand."""
        text = json.dumps(run_gate_model(document, self._kind, point["shots"], point["seed"], self._limits))
        result = parse(text)
        counts = dict(result.counts or {})
        wanted, width = point["wanted"], len(result.measured_qubits)
        near = 1.0 if wanted is None else fidelity_with(wanted, shares_of_counts(counts), width)
        return {"counts": counts, "fidelity": near}

    def _fidelity(self, prepared: Prepared, operations: Sequence[Any], shares: Shares, point: Point) -> float:
        if point["wanted"] is not None:
            return fidelity_with(point["wanted"], shares, len(prepared.measured))
        if not prepared.noisy:
            return 1.0
        exact = [one for one in operations if not isinstance(one, KrausOperation)]
        check_size("state_vector", prepared.qubits, len(exact), self._limits)
        ideal = _evolved("state_vector", prepared.qubits, exact, 0)
        return fidelity(shares, measured_shares(ideal, prepared.qubits, prepared.measured))


def _evolved(kind: Kind, qubits: int, operations: Sequence[Any], shots: int) -> Any:
    simulation = (
        StateVectorSimulation(qubits, shots, 1) if kind == "state_vector" else DensityMatrixSimulation(qubits, shots)
    )
    simulation.evolve(list(operations))
    return simulation
