"""Reading `results.json`, which comes from a bucket that others may write to."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.simulate.braket import run
from reconciler.simulate.result import ResultType, ResultUnreadable, parse
from tests.simulate.actions import GHZ, openqasm, rabi

Doc = dict[str, Any]


def gate_model(**changes: Any) -> Doc:
    document: Doc = {
        "braketSchemaHeader": {"name": "braket.task_result.gate_model_task_result", "version": "1"},
        "measurements": [[0, 1], [1, 1], [0, 1], [0, 0]],
        "measuredQubits": [0, 3],
        "taskMetadata": {"id": "arn:task", "shots": 4, "deviceId": "arn:device", "createdAt": "2026-01-01T00:00:00Z"},
        "additionalMetadata": {"simulatorMetadata": {"executionDuration": 16}},
    }
    return {key: value for key, value in (document | changes).items() if value is not None}


def shot(before: list[int] | None, after: list[int] | None, status: str = "Success") -> Doc:
    return {"shotMetadata": {"shotStatus": status}, "shotResult": {"preSequence": before, "postSequence": after}}


def analog(*shots: Doc) -> Doc:
    return {
        "braketSchemaHeader": {
            "name": "braket.task_result.analog_hamiltonian_simulation_task_result",
            "version": "1",
        },
        "taskMetadata": {"id": "arn:task", "shots": len(shots), "deviceId": "arn:device"},
        "measurements": list(shots),
    }


def test_measurements_become_counts() -> None:
    result = parse(json.dumps(gate_model()))
    assert result.counts == {"00": 1, "01": 2, "11": 1}
    assert result.probabilities == {"00": 0.25, "01": 0.5, "11": 0.25}
    assert (result.shots, result.successful_shots, result.measured_qubits) == (4, 4, (0, 3))
    assert (result.metadata.id, result.metadata.device) == ("arn:task", "arn:device")
    assert (result.metadata.execution_ms, result.metadata.ended_at) == (16, "")


def test_shares_of_the_shots_become_counts() -> None:
    result = parse(json.dumps(gate_model(measurements=None, measurementProbabilities={"00": 0.25, "11": 0.75})))
    assert result.counts == {"00": 1, "11": 3}


def test_mitigated_probabilities_are_no_counts() -> None:
    result = parse(json.dumps(gate_model(measurements=None, measurementProbabilities={"00": 0.2, "11": 0.8})))
    assert result.counts is None
    assert result.probabilities == {"00": 0.2, "11": 0.8}


def test_result_types_keep_their_values() -> None:
    kinds = [
        {"type": {"type": "expectation", "observable": ["z", [[[1, 0]]]], "targets": [0, 3]}, "value": 0.5},
        {"type": {"type": "probability"}, "value": [0.25, 0.75]},
    ]
    assert parse(json.dumps(gate_model(resultTypes=kinds))).result_types == (
        ResultType("expectation", "z@hermitian", (0, 3), 0.5),
        ResultType("probability", "", (), [0.25, 0.75]),
    )


def test_exact_results_have_no_counts() -> None:
    metadata = {"id": "a", "shots": 0, "deviceId": "b"}
    result = parse(json.dumps(gate_model(measurements=None, taskMetadata=metadata)))
    assert (result.counts, result.probabilities) == (None, {})


def test_analog_states_follow_the_sdks_letters() -> None:
    document = analog(
        shot([1, 1, 0], [1, 0, 0]),
        shot([1, 1, 0], [1, 0, 0]),
        shot([1, 1, 0], [0, 0, 0]),
        shot(None, None, "Failure"),
    )
    result = parse(json.dumps(document))
    assert result.counts == {"gre": 2, "rre": 1}
    assert (result.shots, result.successful_shots, result.measured_qubits) == (4, 3, (0, 1, 2))
    assert result.probabilities["gre"] == 2 / 3


def test_analog_counts_equal_the_sdks() -> None:
    from braket.task_result import AnalogHamiltonianSimulationTaskResult
    from braket.tasks.analog_hamiltonian_simulation_quantum_task_result import (
        AnalogHamiltonianSimulationQuantumTaskResult as Sdk,
    )

    text = run(rabi(3, empty=1, duration="1e-7"), "ahs", 60, 4)
    theirs = Sdk.from_object(AnalogHamiltonianSimulationTaskResult.parse_raw_schema(text)).get_counts()
    assert parse(text).counts == theirs


def test_gate_model_counts_equal_the_sdks() -> None:
    from braket.tasks import GateModelQuantumTaskResult as Sdk

    text = run(openqasm(GHZ), "state_vector", 60, 4)
    assert parse(text).counts == dict(Sdk.from_string(text).measurement_counts)


BAD = [
    ("", "not JSON"),
    ("[" * 100_000, "not JSON"),
    ("[]", "the result is not an object"),
    ("{}", "braketSchemaHeader is not an object"),
    ('{"braketSchemaHeader": {"name": "other"}}', "type 'other' are not known"),
    (json.dumps(gate_model(taskMetadata=None)), "taskMetadata is not an object"),
    (json.dumps(gate_model(measuredQubits=None)), "measuredQubits is not a list"),
    (json.dumps(gate_model(measuredQubits=[0, True])), "else than whole numbers"),
    (json.dumps(gate_model(measurements=[[0, 2]] * 4)), "else than the bits"),
    (json.dumps(gate_model(measurements=[[0, "1"]] * 4)), "else than the bits"),
    (json.dumps(gate_model(measurements=[0, 1, 0, 1])), "a measurement is not a list"),
    (json.dumps(gate_model(measurements=[[0]] * 4)), "one bit for each of the 2"),
    (json.dumps(gate_model(measurements=[[0, 0]])), "1 measurements for 4 shots"),
    (json.dumps(gate_model(measurements=None, measurementProbabilities={"0": 1})), "not a state of 2"),
    (json.dumps(gate_model(measurements=None, measurementProbabilities={"00": 1.5})), "from 0 to 1"),
    (json.dumps(gate_model(measurements=None, measurementProbabilities={"00": float("nan")})), "NaN is not"),
    (json.dumps(gate_model(resultTypes=[{"type": {"type": "sample"}}])), "has no value"),
    (json.dumps(gate_model(resultTypes=[{"type": {}, "value": 9}])).replace(": 9}", ": 1e999}"), "too large"),
    (json.dumps(gate_model(taskMetadata={"shots": 10**12})), "not believable"),
    (json.dumps(gate_model(taskMetadata={"shots": -1})), "whole numbers"),
    (json.dumps(analog(shot([1], [1, 0]))), "different numbers of sites"),
    (json.dumps(analog(shot([1], [1]), shot([1, 1], [1, 1]))), "do not agree"),
]


@pytest.mark.parametrize(("text", "reason"), BAD, ids=[reason for _, reason in BAD])
def test_garbage_is_named(text: str, reason: str) -> None:
    with pytest.raises(ResultUnreadable, match=reason):
        parse(text)


def test_a_huge_text_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.simulate.untrusted._MAX_CHARACTERS", 100)
    with pytest.raises(ResultUnreadable, match="at most 100"):
        parse(json.dumps(gate_model()))


leaves = st.none() | st.booleans() | st.integers(-2, 3) | st.floats(allow_nan=False) | st.text(max_size=3)
trees = st.recursive(leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner))


@settings(max_examples=150, deadline=None)
@given(field=st.sampled_from([*sorted(gate_model(resultTypes=[])), "measurementProbabilities"]), junk=trees)
def test_any_junk_is_unreadable_or_read_but_never_a_crash(field: str, junk: Any) -> None:
    text = json.dumps(gate_model() | {field: junk})
    with suppress(ResultUnreadable):
        parse(text)
