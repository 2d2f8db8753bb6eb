import json
from dataclasses import dataclass
from itertools import count
from typing import Any

from reconciler.simulate import SimulationFailed
from reconciler.simulate.braket import OPENQASM, run

# Far from the seeds of neighbours: an executable's samples must be nobody else's.
_STRIDE = 2**32


@dataclass(frozen=True, slots=True)
class Executed:
    """One program of a set with one place of its inputs. Without `failure`, there is a row of bits for each shot."""

    measurements: tuple[tuple[int, ...], ...] = ()
    measured_qubits: tuple[int, ...] = ()
    failure: str = ""


def run_program_set(action: str, shots: int, seed: int) -> list[list[Executed]]:
    """Run a `braket.ir.openqasm.program_set` that is known to be sound: for each program, its executables in order.

    `shots` is the total; each executable gets an equal share. Equal arguments give equal measurements. A program that
    can't be simulated is a failure of its executables alone.
    """
    programs = json.loads(action)["programs"]
    split = [split_inputs(program) for program in programs]
    share = shots // sum(len(executables) for executables in split)
    seeds = count(seed, _STRIDE)
    return [[_execute(executable, share, next(seeds)) for executable in executables] for executables in split]


def split_inputs(program: dict[str, Any]) -> list[dict[str, Any]]:
    """A program of a set as one program for each place of its inputs, or itself if it has none."""
    inputs = program.get("inputs") or {}
    rows = zip(*inputs.values(), strict=True) if inputs else [()]
    return [
        {
            "braketSchemaHeader": {"name": OPENQASM, "version": "1"},
            "source": program["source"],
            "inputs": dict(zip(inputs, row, strict=True)),
        }
        for row in rows
    ]


def _execute(program: dict[str, Any], shots: int, seed: int) -> Executed:
    try:
        result = json.loads(run(json.dumps(program), "state_vector", shots, seed))
    except SimulationFailed as failed:
        return Executed(failure=failed.reason)
    return Executed(tuple(map(tuple, result["measurements"])), tuple(result["measuredQubits"]))
