"""Mistakes in a Batch: one finding each, at the right place."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from reconciler.providers.pasqal.batch_spec import BatchSpec
from reconciler.providers.pasqal.workload_spec import WorkloadSpec
from tests.providers.pasqal.bench import BATCH

MISTAKES: list[tuple[str, dict[str, Any], tuple[str | int, ...], str]] = [
    ("no device", {"device": None}, ("device",), "valid string"),
    ("no jobs", {"jobs": []}, ("jobs",), "at least 1 item"),
    ("no sequence", {"sequence": None}, ("jobs",), "the batch has no sequence: give it one, or each of its jobs"),
    (
        "a job without a sequence among others",
        {"sequence": None, "jobs": [{"runs": 1, "sequence": "x"}, {"runs": 1}]},
        ("jobs", 1),
        "the batch has no sequence, and this job none of its own",
    ),
    (
        "variables beside an own sequence",
        {"jobs": [{"runs": 1}, {"runs": 1, "sequence": "x", "variables": {"a": 1}}]},
        ("jobs", 1),
        "can't have variables",
    ),
    ("a text for a variable", {"jobs": [{"runs": 1, "variables": {"a": "1"}}]}, ("jobs", 0, "variables", "a"), ""),
    ("true for a variable", {"jobs": [{"runs": 1, "variables": {"a": True}}]}, ("jobs", 0, "variables", "a"), ""),
    ("nothing for a variable", {"jobs": [{"runs": 1, "variables": {"a": []}}]}, ("jobs", 0, "variables", "a"), ""),
    ("a mapping", {"jobs": [{"runs": 1, "variables": {"a": {"q": 1}}}]}, ("jobs", 0, "variables"), "only qubits is"),
    (
        "qubits as a list",
        {"jobs": [{"runs": 1, "variables": {"qubits": [1]}}]},
        ("jobs", 0, "variables"),
        "a mapping of",
    ),
    ("no runs", {"jobs": [{"runs": 0}]}, ("jobs", 0, "runs"), "greater than or equal to 1"),
    ("closing what is not open", {"closeAfter": "2h"}, ("closeAfter",), "only an open batch is closed later"),
    ("no duration", {"open": True, "closeAfter": "2 hours"}, ("closeAfter",), "a duration is written like"),
    ("too long open", {"open": True, "closeAfter": "31d"}, ("closeAfter",), "up to 30d"),
    ("no webhook", {"webhook": "example.org"}, ("webhook",), "a webhook is written like"),
    ("our tag", {"tags": ["a", "qctl:run=x"]}, ("tags", 1), "belong to qctl"),
    ("our tag in a mapping", {"tags": {"QCTL:x": 1}}, ("tags", 0), "belong to qctl"),
    ("an empty tag", {"tags": [""]}, ("tags", 0), "1 to 256 printable characters"),
    ("a tag of two lines", {"tags": ["a\nb"]}, ("tags", 0), "1 to 256 printable characters"),
    ("a tag that waits", {"tags": ["${{ Batch/a.id }}"]}, ("tags", 0), "can't wait"),
    ("a retry on an end of Braket", {"run": {"retry": {"on": ["FAILED"]}}}, ("run", "retry", "on", 0), ""),
    ("a matrix for the batch", {"matrix": {"a": [1]}}, ("matrix",), "not permitted"),
]


@pytest.mark.parametrize(("change", "path", "words"), [m[1:] for m in MISTAKES], ids=[m[0] for m in MISTAKES])
def test_a_mistake(change: dict[str, Any], path: tuple[str | int, ...], words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        BatchSpec.model_validate({**BATCH, **change})
    places = {tuple(error["loc"])[: len(path)] for error in caught.value.errors()}
    assert places == {path}
    assert any(words in error["msg"] for error in caught.value.errors())


@pytest.mark.parametrize(
    ("tags", "made"),
    [
        (["a", "b=c"], ["a", "b=c"]),
        (
            {"owner": "lab-3", "count": 3, "half": 0.5, "urgent": True},
            ["owner=lab-3", "count=3", "half=0.5", "urgent=true"],
        ),
    ],
)
def test_tags(tags: Any, made: list[str]) -> None:
    assert BatchSpec.model_validate({**BATCH, "tags": tags}).tags == made


def test_a_mappable_register() -> None:
    jobs = [{"runs": 1, "variables": {"qubits": {"q0": 3}, "a": [1, 2.5]}}]
    assert BatchSpec.model_validate({**BATCH, "jobs": jobs}).jobs[0].variables == jobs[0]["variables"]


def test_a_workload_of_any_type_and_no_tags() -> None:
    made = WorkloadSpec.model_validate({"type": "next year's", "backend": "any", "config": {"a": [None, {"b": 1}]}})
    assert (made.type, made.backend) == ("next year's", "any")
    with pytest.raises(ValidationError):
        WorkloadSpec.model_validate({"type": "a", "backend": "b", "config": {}, "tags": []})
