"""What makes two batches, or two jobs, the same: the digests, and what the plan shows of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core.job import Job, Opening
from reconciler.core.mark import MARKS
from reconciler.core.resource import Resource
from reconciler.providers.pasqal.json_text import meaning_sha
from tests.providers.pasqal.bench import BATCH, desired
from tests.providers.samples import SEQUENCE, SEQUENCE_LAID_OUT

_OTHER = SEQUENCE.replace("sweep", "other")
_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text("aé\n", max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", max_size=2), inner, max_size=3),
)


def _batch(**changes: Any) -> Resource:
    return desired({**BATCH, **changes})


def _jobs(resource: Resource) -> tuple[Job, ...]:
    assert resource.jobs is not None
    return resource.jobs


@given(_JSON)
def test_layout_is_no_content(value: Any) -> None:
    assert meaning_sha(json.dumps(value, indent=3)) == meaning_sha(
        json.dumps(value, ensure_ascii=False, sort_keys=True)
    )


@pytest.mark.parametrize(
    "other",
    [
        '{"a": 1, "b": [2, 1]}',
        '{"a": 1, "b": [1, 2], "c": null}',
        '{"a": "1", "b": [1, 2]}',
        '{"a": true, "b": [1, 2]}',
        '{"a": 1.0000001, "b": [1, 2]}',
        '{"a": 1, "b": [1, 2], "pulser_version": "1"}',
        '{"a": 1, "b": [1, 2]',
        '{"a": 0, "a": 1, "b": [1, 2]}',
    ],
)
def test_anything_else_is(other: str) -> None:
    assert meaning_sha(other) != meaning_sha('{"a": 1, "b": [1, 2]}')


@pytest.mark.parametrize("text", ["", "{", "NaN", "1e999", '"\\ud800"', "[" * 10_000, '{"a": 1, "a": 2}', "9" * 5000])
def test_what_can_not_be_read_counts_as_it_stands(text: str) -> None:
    assert meaning_sha(text) == meaning_sha(text)
    assert meaning_sha(text) != meaning_sha(f"{text} ")


def test_what_is_uploaded_is_the_file_byte_for_byte() -> None:
    assert desired({**BATCH, "sequence": SEQUENCE_LAID_OUT}).payload.sequence == SEQUENCE_LAID_OUT


def test_a_batch_whole() -> None:
    made = _batch(backendConfiguration="{}", configuration={"dt": 10.0}, open=True, closeAfter="2h")
    assert made.execution == {
        "device": "EMU_FREE",
        "sequence": meaning_sha(SEQUENCE)[:16],
        "configuration": {"dt": 10.0},
        "backendConfiguration": meaning_sha("{}")[:16],
    }
    assert made.tags == {"rydberg": "", "team=lab-3": ""}
    assert made.opening == Opening(open=True, seconds=7200)
    assert [(job.label, job.shown) for job in _jobs(made)] == [
        ("1", {"runs": 100, "variables": {"omega": 1.5}}),
        ("2", {"runs": 200, "variables": {"omega": 2}}),
    ]
    (use,) = made.sequences
    assert (use.path, use.device, use.source.text) == (("sequence",), "EMU_FREE", SEQUENCE)
    assert [(job.path, job.runs, job.variables) for job in use.jobs] == [
        (("jobs", 0), 100, {"omega": 1.5}),
        (("jobs", 1), 200, {"omega": 2}),
    ]


def test_jobs_with_sequences_of_their_own() -> None:
    own = [{"runs": 1, "sequence": _OTHER}, {"runs": 2}, {"runs": 3, "sequence": _OTHER}]
    made = _batch(jobs=own)
    assert [job.shown.get("sequence") for job in _jobs(made)] == [
        meaning_sha(_OTHER)[:16],
        None,
        meaning_sha(_OTHER)[:16],
    ]
    assert [(use.path, [job.path for job in use.jobs]) for use in made.sequences] == [
        (("sequence",), [("jobs", 1)]),
        (("jobs", 0, "sequence"), [("jobs", 0), ("jobs", 2)]),
    ]


def test_a_job_is_labelled_by_its_point() -> None:
    point = {"runs": 1, "variables": {"omega": 1.0}, "matrix": {"t": [2], "omega": [1.0], "name": ["a b"]}}
    assert [job.label for job in _jobs(_batch(jobs=[{"runs": 1}, point]))] == ["1", 'name="a b", omega=1.0, t=2']


def test_jobs_are_told_by_what_they_run() -> None:
    jobs: list[Mapping[str, Any]] = [
        {"runs": 100, "variables": {"omega": 1}},
        {"runs": 100, "variables": {"omega": 1.0}},
        {"runs": 101, "variables": {"omega": 1.0}},
        {"runs": 100, "variables": {"omega": [1.0]}},
        {"runs": 100},
        {"runs": 100, "sequence": SEQUENCE},
        {"runs": 100, "sequence": SEQUENCE_LAID_OUT},
        {"runs": 100, "sequence": _OTHER},
    ]
    digests = [job.digest for job in _jobs(_batch(jobs=jobs))]
    assert [digests.index(digest) for digest in digests] == [0, 0, 2, 3, 4, 5, 5, 7]


def test_jobs_of_another_batch_are_other_jobs() -> None:
    assert _jobs(_batch())[0].digest != _jobs(_batch(device="EMU_MPS"))[0].digest


def test_what_is_no_part_of_a_run_changes_no_digest() -> None:
    plain = _batch()
    other = _batch(open=True, webhook="https://a.example/", tags=["z"], jobs=[BATCH["jobs"][1]])
    assert (plain.digest, plain.program) == (other.digest, other.program)


@pytest.mark.parametrize(
    ("after", "opening"), [({"jobs": 10}, Opening(True, jobs=10)), ("90s", Opening(True, seconds=90))]
)
def test_when_a_batch_is_closed(after: Any, opening: Opening) -> None:
    assert _batch(open=True, closeAfter=after).opening == opening


def test_no_mark_comes_from_a_manifest() -> None:
    assert not set(_batch().tags) & set(MARKS)
