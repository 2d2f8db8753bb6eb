"""Reading a Pasqal job's result, which comes over a link that others may stand behind."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.simulate.job_result import ResultUnreadable, parse_job
from reconciler.simulate.pulser import run
from reconciler.simulate.result import ResultType
from tests.simulate.pulser_files import sequence

# Pasqal's own example: the raw shots are fewer than the counted ones.
PASQAL = {"counter": {"1001": 12, "0110": 35, "1111": 1}, "raw": ["1001", "1001", "0110", "1001", "0110"]}


def observed(**changes: Any) -> dict[str, Any]:
    """What Pulser serialises: occupation at the end, bit strings in the middle and at the end."""
    document = {
        "atom_order": ["q0", "q1"],
        "total_duration": 2000,
        "tagmap": {"bitstrings": "a", "occupation": "b"},
        "results": {"a": [{"00": 9, "01": 1}, {"01": 6, "10": 4}], "b": [[0.6, 0.4]]},
        "times": {"a": [0.5, 1.0], "b": [1.0]},
    }
    return document | changes


def test_a_counter_becomes_counts() -> None:
    result = parse_job(json.dumps(PASQAL))
    assert result.counts == {"0110": 35, "1001": 12, "1111": 1}
    assert (result.shots, result.successful_shots, result.measured_qubits) == (48, 48, (0, 1, 2, 3))
    assert result.probabilities == {"0110": 35 / 48, "1001": 0.25, "1111": 1 / 48}
    assert (result.result_types, result.metadata.device, result.metadata.execution_ms) == ((), "", None)


def test_what_we_simulate_can_be_read() -> None:
    counts = run(sequence("blockade"), {}, 50, 1)
    assert parse_job(json.dumps(counts)).counts == counts["counter"]


FORMS: list[tuple[Any, dict[str, int]]] = [
    ({"raw": ["01", "10", "01"]}, {"01": 2, "10": 1}),
    ({"01": 2, "10": 1}, {"01": 2, "10": 1}),
    ({"counter": {"0": 0, "1": 3}}, {"1": 3}),
    ({"counter": {}}, {}),
    (observed(), {"01": 6, "10": 4}),
    ({"serialised_results": json.dumps(observed())}, {"01": 6, "10": 4}),
    ({"counter": {"11": 1}, "serialised_results": json.dumps(observed())}, {"11": 1}),
    ({"counter": {"11": 1}, "serialised_results": None}, {"11": 1}),
]


@pytest.mark.parametrize(("document", "counts"), FORMS)
def test_every_form_becomes_counts(document: Any, counts: dict[str, int]) -> None:
    assert parse_job(json.dumps(document)).counts == counts


def test_other_observables_are_kept_by_their_tag() -> None:
    assert parse_job(json.dumps(observed())).result_types == (ResultType("occupation", "", (), [0.6, 0.4]),)


def test_results_of_the_installed_pulser_are_read_without_it() -> None:
    from pulser import Sequence
    from pulser.backend import BitStrings, Occupation
    from pulser_simulation import QutipBackendV2, QutipConfig

    config = QutipConfig(observables=[BitStrings(num_shots=20, evaluation_times=[0.5, 1.0]), Occupation()])
    results = QutipBackendV2(Sequence.from_abstract_repr(sequence("blockade")), config=config).run()
    read = parse_job(json.dumps({"serialised_results": results.to_abstract_repr()}))
    assert read.counts == dict(sorted(results.final_bitstrings.items()))
    assert [kind.type for kind in read.result_types] == ["occupation"]


UNREADABLE: list[tuple[Any, str]] = [
    ([], "The result is not an object."),
    ({}, "The result holds neither counts nor shots that we know."),
    ({"status": "DONE"}, "The result holds neither counts nor shots that we know."),
    ({"01": 2, "note": 1}, "The result holds neither counts nor shots that we know."),
    ({"counter": []}, "counter is not an object."),
    ({"counter": {"01": 1.5}}, "counter holds a count that is no whole number."),
    ({"counter": {"01": True}}, "counter holds a count that is no whole number."),
    ({"counter": {"01": -1}}, "counter holds a count that is no whole number."),
    ({"counter": {"0a1": 1}}, "counter holds '0a1', which is no bit string."),
    ({"counter": {"": 1}}, "counter holds '', which is no bit string."),
    ({"counter": {"0": 1, "01": 1}}, "The bit strings do not agree on the number of atoms, or have too many."),
    ({"counter": {"0" * 10_001: 1}}, "The bit strings do not agree on the number of atoms, or have too many."),
    ({"counter": {"0": 10**30}}, f"{10**30} shots are not believable."),
    ({"raw": ["01", 1]}, "raw holds something else than bit strings."),
    ({"raw": ["01", "x"]}, "raw holds 'x', which is no bit string."),
    ({"serialised_results": "{"}, "The result is not JSON: Expecting property name enclosed in double quotes"),
    (observed(tagmap={"occupation": "b"}), "The result holds no bit strings, only occupation."),
    (observed(tagmap={"bitstrings": 1}), "tagmap holds something else than texts."),
    (observed(times={"a": [1.0]}), "The times of the results are not one for each."),
    (observed(results={}), "results is not a list."),
]


@pytest.mark.parametrize(("document", "reason"), UNREADABLE)
def test_anything_else_is_refused_with_its_reason(document: Any, reason: str) -> None:
    with pytest.raises(ResultUnreadable) as caught:
        parse_job(json.dumps(document))
    assert caught.value.reason[: len(reason)] == reason


@pytest.mark.parametrize("text", ["", "<html>", '{"counter": {"0": NaN}}', "[" * 100_000, '{"a": 1e999}'])
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(ResultUnreadable, match="is not JSON"):
        parse_job(text)


LEAF = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text("01x", max_size=4)
KEY = st.sampled_from(["counter", "raw", "serialised_results", "tagmap", "results", "times", "01", "bitstrings"])
TREE = st.recursive(LEAF, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEY, inner, max_size=4))


@settings(max_examples=300, deadline=None)
@given(TREE)
def test_no_json_brings_it_down(document: Any) -> None:
    with suppress(ResultUnreadable):
        parse_job(json.dumps(document))
