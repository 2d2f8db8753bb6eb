"""JAQCD in OpenQASM: the same states and noises by Braket's simulators, and what has no words at its place."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from braket.default_simulator import DensityMatrixSimulator, StateVectorSimulator
from braket.ir.jaqcd import Program as Jaqcd
from braket.ir.openqasm import Program
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.core.qasm.jaqcd import NAME, from_jaqcd
from reconciler.core.qasm.parse import parse

HEADER = {"name": NAME, "version": "1"}
Instruction = dict[str, Any]


def jaqcd(instructions: list[Instruction], results: list[Instruction] | None = None, **more: Any) -> str:
    """A program's text."""
    document = {"braketSchemaHeader": HEADER, "instructions": instructions, "results": results, **more}
    return json.dumps(document, indent=1)


def translated(text: str) -> str:
    """Its translation, which has to be there."""
    found = from_jaqcd(text)
    assert found is not None
    assert not found.problems
    assert parse(found.text).broken is None
    return found.text


START = [{"type": "ry", "target": n, "angle": 0.3 + 0.4 * n} for n in range(3)]
SQUARE = [[[0, 0], [0, -1]], [[0, 1], [0, 0]]]
GATES: list[Instruction] = [
    *({"type": name, "target": 1} for name in ("h", "x", "y", "z", "s", "si", "t", "ti", "v", "vi", "i")),
    *({"type": name, "target": 2, "angle": -0.7} for name in ("rx", "ry", "rz", "phaseshift")),
    *({"type": name, "control": 2, "target": 0} for name in ("cnot", "cy", "cz", "cv")),
    *({"type": f"cphaseshift{n}", "control": 0, "target": 2, "angle": 0.6} for n in ("", "00", "01", "10")),
    *({"type": name, "targets": [2, 0]} for name in ("swap", "iswap", "ecr")),
    *({"type": name, "targets": [0, 2], "angle": 0.9} for name in ("xx", "yy", "zz", "xy", "pswap")),
    {"type": "ccnot", "controls": [2, 0], "target": 1},
    {"type": "cswap", "control": 1, "targets": [0, 2]},
    {"type": "unitary", "targets": [1], "matrix": SQUARE},
]


@pytest.mark.parametrize("gate", GATES, ids=[gate["type"] for gate in GATES])
def test_gates(gate: Instruction) -> None:
    text = jaqcd([*START, gate], [{"type": "statevector"}])
    theirs = StateVectorSimulator().run(Jaqcd.parse_raw(text), qubit_count=3, shots=0).resultTypes[0].value
    ours = StateVectorSimulator().run(Program(source=translated(text)), shots=0).resultTypes[0].value
    assert np.allclose(np.array(theirs), np.array(ours))


KRAUS = [[[[0.6, 0], [0, 0]], [[0, 0], [0.6, 0]]], [[[0, 0], [0.8, 0]], [[0.8, 0], [0, 0]]]]
NOISES: list[Instruction] = [
    *({"type": n, "target": 0, "probability": 0.1} for n in ("bit_flip", "phase_flip", "depolarizing")),
    *({"type": n, "targets": [0, 2], "probability": 0.2} for n in ("two_qubit_depolarizing", "two_qubit_dephasing")),
    *({"type": n, "target": 1, "gamma": 0.3} for n in ("amplitude_damping", "phase_damping")),
    {"type": "generalized_amplitude_damping", "target": 1, "gamma": 0.3, "probability": 0.4},
    {"type": "pauli_channel", "target": 1, "probX": 0.1, "probY": 0.05, "probZ": 0.2},
    {"type": "kraus", "targets": [1], "matrices": KRAUS},
]


@pytest.mark.parametrize("noise", NOISES, ids=[noise["type"] for noise in NOISES])
def test_noises(noise: Instruction) -> None:
    text = jaqcd([*START, noise], [{"type": "densitymatrix"}])
    theirs = DensityMatrixSimulator().run(Jaqcd.parse_raw(text), qubit_count=3, shots=0).resultTypes[0].value
    ours = DensityMatrixSimulator().run(Program(source=translated(text)), shots=0).resultTypes[0].value
    assert np.allclose(np.array(theirs), np.array(ours))


RESULTS: list[tuple[Instruction, str]] = [
    ({"type": "probability", "targets": [0, 2]}, "probability q[0], q[2]"),
    ({"type": "probability"}, "probability"),
    ({"type": "amplitude", "states": ["000", "101"]}, 'amplitude "000", "101"'),
    ({"type": "expectation", "observable": ["x"], "targets": [1]}, "expectation x(q[1])"),
    ({"type": "expectation", "observable": ["z"]}, "expectation z all"),
    ({"type": "variance", "observable": ["x", "y"], "targets": [0, 2]}, "variance x(q[0]) @ y(q[2])"),
    ({"type": "expectation", "observable": [SQUARE, "z"], "targets": [2, 0]}, "expectation hermitian"),
]


@pytest.mark.parametrize(("result", "wanted"), RESULTS, ids=[wanted for _, wanted in RESULTS])
def test_results(result: Instruction, wanted: str) -> None:
    text = jaqcd(START, [result])
    source = translated(text)
    assert f"#pragma braket result {wanted}" in source
    theirs = StateVectorSimulator().run(Jaqcd.parse_raw(text), qubit_count=3, shots=0).resultTypes[0].value
    ours = StateVectorSimulator().run(Program(source=source), shots=0).resultTypes[0].value
    if isinstance(ours, dict):
        assert ours.keys() == theirs.keys()
        ours, theirs = list(ours.values()), list(theirs.values())
    assert np.allclose(np.array(ours), np.array(theirs))


def test_a_verbatim_box_is_of_qubits_of_the_device() -> None:
    text = jaqcd(
        [{"type": "start_verbatim_box"}, {"type": "cz", "control": 0, "target": 4}, {"type": "end_verbatim_box"}]
    )
    assert translated(text) == "OPENQASM 3.0;\n#pragma braket verbatim\nbox {\ncz $0, $4;\n}\n"


def test_basis_rotations_count_where_no_result_says_them() -> None:
    turn = [{"type": "h", "target": 0}]
    assert "h q[0];" in translated(jaqcd(START, None, basis_rotation_instructions=turn))
    observed = [{"type": "expectation", "observable": ["x"], "targets": [0]}]
    assert "h q[0];" not in translated(jaqcd(START, observed, basis_rotation_instructions=turn))


PROBLEMS: list[tuple[Instruction, str]] = [
    ({"type": "foo", "target": 1}, "no instruction `foo`"),
    ({"type": "cnot", "target": 1}, "`cnot` is a gate of 2 qubits; here are 1"),
    ({"type": "rx", "target": 1}, "A number is missing"),
    ({"type": "h", "target": -1}, "counted from 0"),
    ({"type": "unitary", "targets": [1], "matrix": [[1, 0]]}, "not square"),
    ({"type": "unitary", "targets": [1], "matrix": [[1]]}, "is a pair"),
    ({"type": "multi_qubit_pauli_channel", "targets": [0, 1]}, "no instruction"),
]


@pytest.mark.parametrize(("wrong", "reason"), PROBLEMS, ids=[reason for _, reason in PROBLEMS])
def test_what_has_no_words_is_said_at_its_place(wrong: Instruction, reason: str) -> None:
    text = jaqcd([*START, wrong])
    found = from_jaqcd(text)
    assert found is not None
    (problem,) = found.problems
    assert reason in problem.reason
    assert json.loads(text[problem.span.start : problem.span.end]) == wrong


def test_everything_else_is_no_jaqcd() -> None:
    for text in ("", "{", '{"braketSchemaHeader": {"name": "braket.ir.ahs.program"}}', f'"{NAME}"', f'{{"a": "{NAME}"'):
        assert from_jaqcd(text) is None


def test_a_program_of_nothing_or_of_too_much_is_refused() -> None:
    for instructions in ([], [{"type": "h", "target": 10**9}]):
        found = from_jaqcd(jaqcd(instructions))
        assert found is not None
        assert len(found.problems) == 1


_VALUES = st.recursive(
    st.none() | st.integers(-2, 3) | st.sampled_from(["h", "x", "01", "cnot", "rx", "unitary", "expectation"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["type", "target", "targets", "control", "controls", "angle", "matrix", "observable", "states"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(_VALUES, _VALUES)
def test_any_document_is_translated_or_refused(instructions: Any, results: Any) -> None:
    text = json.dumps({"braketSchemaHeader": HEADER, "instructions": instructions, "results": results})
    found = from_jaqcd(text)
    assert found is not None
    assert found.problems or parse(found.text).broken is None
