"""An OpenQASM program against what a device says that it takes: pure, and all problems at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from reconciler.core.diagnostic import Severity
from reconciler.core.qasm.syntax import Program
from reconciler.providers.braket.program_facts import Facts
from reconciler.providers.braket.program_gates import check_gates
from reconciler.providers.braket.program_pragmas import check_pragmas
from reconciler.providers.braket.program_registers import check_registers
from reconciler.providers.braket.program_results import check_results
from reconciler.providers.braket.program_verbatim import check_verbatim
from reconciler.providers.braket.program_walk import Problem, read_code

SUMMARIES: Final[Mapping[str, str]] = {
    "device/gate": "Device has no such gate",
    "device/modifier": "Device does not take the modifier",
    "device/barrier": "Device does not take barriers",
    "device/box": "Box is not verbatim",
    "device/feature": "Device does not run this statement",
    "device/pragma": "Device does not take the pragma",
    "device/registers": "Too many registers for the device",
    "device/qubits": "Too many qubits for the device",
    "device/physical-qubits": "Device takes no physical qubits",
    "device/mixed-qubits": "Physical qubits beside a register",
    "device/measured-again": "Gate after a measurement",
    "device/unused-qubits": "Qubits without a use",
    "device/unmeasured": "Qubits that are not measured",
    "device/single-qubit": "Index on a single qubit",
    "device/native-gate": "Gate is not native",
    "device/verbatim-qubits": "Qubits of a register in a verbatim box",
    "device/no-such-qubit": "Device has no such qubit",
    "device/not-connected": "Qubits are not connected",
    "device/partial-verbatim": "Gates beside a verbatim box",
    "device/exact-shots": "No shots and no exact result",
    "device/measured-results": "Measurement beside result types",
    "device/result-type": "Device has no such result type",
    "device/result-shots": "Shots out of the result type's range",
    "device/observable": "Device has no such observable",
    "device/probability-qubits": "Probability of too many qubits",
}
"""What each code says in a few words, always the same."""


# What experimental capabilities may allow: dynamic circuits measure and go on, with gates of their own.
_EXPERIMENTAL: Final = frozenset({"device/gate", "device/native-gate", "device/feature", "device/measured-again"})


def check_program(program: Program, facts: Facts, shots: int, *, experimental: bool = False) -> list[Problem]:
    """What the device would refuse, and what it may, in the order of the text. `shots` are those of one run.

    With `experimental` capabilities nobody says in data what is taken: what they may be about is only a warning.
    """
    code = read_code(program)
    found = [
        *check_gates(code, facts),
        *check_pragmas(code, facts),
        *check_registers(code, facts),
        *check_verbatim(code, facts),
        *check_results(code, facts, shots),
    ]
    if experimental:
        found = [replace(p, severity=Severity.WARNING) if p.code in _EXPERIMENTAL else p for p in found]
    return sorted(found, key=lambda problem: (problem.span.start, problem.code))
