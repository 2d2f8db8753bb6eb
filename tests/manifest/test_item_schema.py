"""The schema and the reference's tables cover lists of items, tags as a list, and devices of both clouds."""

from __future__ import annotations

from typing import Any

import jsonschema  # type: ignore[import-untyped]  # its stubs are no dependency of ours
import pytest

from reconciler.manifest.field_table import field_table
from reconciler.manifest.schema import manifest_schema
from tests.manifest.pulses import PULSES, PulsesSpec

VALIDATOR = jsonschema.Draft202012Validator(manifest_schema(PULSES))


def _document(tags: Any = None, **spec: Any) -> dict[str, Any]:
    metadata = {"name": "p"} | ({} if tags is None else {"tags": tags})
    base = {"device": "EMU_FREE", "jobs": [{"runs": 1}]}
    return {"apiVersion": "qctl/v1alpha1", "kind": "Pulses", "metadata": metadata, "spec": base | spec}


def _project(**spec: Any) -> dict[str, Any]:
    metadata = {"name": "p", "uid": "5f0c9a3e-7d52"}
    return {"apiVersion": "qctl/v1alpha1", "kind": "Project", "metadata": metadata, "spec": spec}


SWEPT = {"runs": "${{ var.n }}", "matrix": {"t": [1, "a", True]}, "variables": {"ts": ["${{ matrix.t }}", 5]}}


@pytest.mark.parametrize(
    "document",
    [
        _document(),
        _document(["rydberg", "team=lab-3"]),
        _document({"owner": "lab-3", "n": 1, "on": True}),
        _document(jobs=[SWEPT, {"runs": 1, "sequence": "s.json"}]),
        _project(devices={"sim": "arn:aws:braket:::device/quantum-simulator/amazon/sv1", "f": {"pasqal": "FRESNEL"}}),
        _project(providers={"pasqal": {"mode": "cloud", "projectId": "x", "endpoints": {"core": "https://x"}}}),
        _project(providers={"pasqal": {"region": "sa", "window": "${{ var.n }}"}}),
    ],
)
def test_the_schema_takes(document: dict[str, Any]) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(document)] == []


@pytest.mark.parametrize(
    "document",
    [
        _document([1]),
        _document("a"),
        _document({"a": ["b"]}),
        _document(jobs={"runs": 1}),
        _document(jobs=[{"runs": 0}]),
        _document(jobs=[{"runs": 1, "matrx": {}}]),
        _document(jobs=[{"runs": 1, "matrix": {"t": 1}}]),
        _document(jobs=[{"runs": 1, "variables": {"ts": {}}}]),
        _project(devices={"f": {"pascal": "FRESNEL"}}),
        _project(devices={"f": {}}),
        _project(providers={"pasqal": {"mode": "aws"}}),
        _project(providers={"pasqal": {"password": "x"}}),
        _project(providers={"pasqal": {"window": -1}}),
    ],
)
def test_the_schema_refuses(document: dict[str, Any]) -> None:
    assert not VALIDATOR.is_valid(document)


def test_items_of_a_list_stand_under_its_path() -> None:
    assert field_table(PulsesSpec)[2:] == [
        "| `spec.device` | execution | a text | required |  |",
        "| `spec.sequence` | execution | a text |  |  |",
        "| `spec.jobs` | execution | a list of 1 to 99 mappings | required | The jobs. |",
        "| `spec.jobs[].runs` | execution | a whole number of at least 1 | required | How often. |",
        "| `spec.jobs[].sequence` | execution | a text |  | Its own sequence. |",
        "| `spec.jobs[].variables` | execution | a mapping |  | Values. |",
        "| `spec.jobs[].matrix` | execution | a mapping |  | A sweep over jobs. |",
        "| `spec.note` | delivery | a text |  |  |",
        "| `metadata.tags` | mutable | a list of texts or a mapping |  |  |",
    ]
