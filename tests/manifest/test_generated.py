"""What is generated or listed elsewhere agrees with the source: reference, schema, codes, the project of mistakes."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # its stubs are no dependency of ours
import pytest

from reconciler.manifest.codes import SUMMARY
from reconciler.manifest.load import load_project
from reconciler.manifest.place import ManifestText
from reconciler.manifest.schema import manifest_schema
from reconciler.manifest.yaml import read_documents
from tests.manifest.generate import HOUSE, KINDS, MISTAKES, REFERENCE, findings, reference_page
from tests.manifest.project import Folder

SCHEMA = manifest_schema(KINDS)
_AREAS = {code.partition("/")[0] for code in SUMMARY}


def test_the_reference_says_what_the_models_say() -> None:
    page = REFERENCE.read_text(encoding="utf-8")
    assert reference_page(page) == page, "run python -m tests.manifest.generate"


def test_the_example_of_the_reference_is_valid(folder: Folder) -> None:
    example = REFERENCE.read_text(encoding="utf-8").partition("```yaml\n")[2].partition("```")[0]
    folder.write("qctl.yaml", example)
    folder.write("circuits/ghz.qasm", "OPENQASM 3.0;\ninput float theta;\nqubit q;\nrx(theta) q;\n")
    loaded = folder.load()
    assert not loaded.diagnostics
    assert [str(declared.address) for declared in loaded.resources] == [
        f"QuantumTask/ghz[theta={value}]" for value in ("0.0", "0.5", "1.0")
    ]


def test_the_project_of_mistakes() -> None:
    """Compared whole: code, place, words. The file is generated, and was read by a person before it was kept."""
    expected = json.loads((MISTAKES / "expected.json").read_text(encoding="utf-8"))
    found = findings(load_project(MISTAKES, kinds=KINDS))
    assert found == expected
    assert len({item["code"] for item in found}) >= 10


def _documents(path: Path) -> list[Any]:
    found: list[Any] = []
    text = ManifestText(path.name, path.read_text(encoding="utf-8"))
    documents = [document.value for document in read_documents(text, found)]
    return [] if found else documents


def _examples() -> list[Path]:
    manifests = sorted((HOUSE / "examples").rglob("*.yaml"))
    return [path for path in manifests if MISTAKES not in path.parents and "apiVersion: qctl/" in path.read_text()]


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", _examples(), ids=lambda path: str(path.relative_to(HOUSE)))
def test_every_example_fits_the_schema(path: Path) -> None:
    validator = jsonschema.Draft202012Validator(SCHEMA)
    problems = [error.message for document in _documents(path) for error in validator.iter_errors(document)]
    assert problems == []


def test_the_schema_takes_the_documents_of_the_reference() -> None:
    example = REFERENCE.read_text(encoding="utf-8").partition("```yaml\n")[2].partition("```")[0]
    validator = jsonschema.Draft202012Validator(SCHEMA)
    documents = [document.value for document in read_documents(ManifestText("x", example), [])]
    assert [document["kind"] for document in documents] == ["Project", "QuantumTask"]
    assert [error.message for document in documents for error in validator.iter_errors(document)] == []


def _resource(**spec: Any) -> dict[str, Any]:
    base = {"device": "sim", "shots": 1, "program": {"openqasm": "c.qasm"}}
    return {"apiVersion": "qctl/v1alpha1", "kind": "QuantumTask", "metadata": {"name": "t"}, "spec": base | spec}


@pytest.mark.parametrize(
    "document",
    [
        _resource(),
        _resource(shots="${{ var.n }}", matrix={"x": [1, 0.5, "a", True]}, output={"bucket": "my-bucket"}),
        _resource(program={"ahs": "a.json"}, deviceParameters={"anything": {"goes": [1]}}),
        _resource(run={"generation": "${{ var.n }}", "retry": {"maxAttempts": 2, "on": ["FAILED"]}}),
        _resource() | {"metadata": {"name": "t", "tags": {"n": 1, "b": True, "s": "${{ QuantumTask/b.arn }}"}}},
    ],
)
def test_the_schema_takes(document: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator(SCHEMA).validate(document)


@pytest.mark.parametrize(
    "document",
    [
        _resource(sots=1),
        _resource(shots="ten"),
        _resource(shots=-1),
        _resource(tags={}),
        _resource(program={"qasm": "c.qasm"}),
        _resource(run={"onRemove": "delete"}),
        _resource(run={"retry": {"on": ["FAILD"]}}),
        _resource(matrix={"x": 1}),
        _resource() | {"kind": "QuantumTsk"},
        _resource() | {"apiVersion": "qctl/v1"},
        _resource() | {"extra": 1},
        _resource() | {"metadata": {"name": "Not_A_Name"}},
        _resource() | {"metadata": {"name": "t", "uid": "x"}},
        {"apiVersion": "qctl/v1alpha1", "kind": "QuantumTask", "metadata": {"name": "t"}},
        {"apiVersion": "qctl/v1alpha1", "kind": "Project", "metadata": {"name": "p"}},
        {
            "apiVersion": "qctl/v1alpha1",
            "kind": "Project",
            "metadata": {"name": "p", "uid": "u"},
            "spec": {"budgets": {}},
        },
    ],
)
def test_the_schema_refuses(document: dict[str, Any]) -> None:
    assert not jsonschema.Draft202012Validator(SCHEMA).is_valid(document)


def test_the_schema_refuses_the_mistakes_that_are_mistakes_of_form() -> None:
    validator = jsonschema.Draft202012Validator(SCHEMA)
    found: list[Any] = []
    text = ManifestText("tasks.yaml", (MISTAKES / "tasks.yaml").read_text(encoding="utf-8"))
    verdicts = [(d.value["metadata"]["name"], validator.is_valid(d.value)) for d in read_documents(text, found)]
    # What is left to qctl itself: expressions, references, rings, the rules of S3.
    assert [name for name, valid in verdicts if valid] == ["first", "second", "sweep", "follower"]


def _codes_in(path: Path) -> set[str]:
    """Every text that looks like a code of a known area, or is the first argument or `code` of a Diagnostic."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if re.fullmatch(rf"({'|'.join(sorted(_AREAS))})/[a-z0-9]+(-[a-z0-9]+)*", node.value):
                found.add(node.value)
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Diagnostic":
            given = [*node.args[:1], *(keyword.value for keyword in node.keywords if keyword.arg == "code")]
            found |= {part.value for part in given if isinstance(part, ast.Constant) and isinstance(part.value, str)}
    return found


def test_every_code_in_the_source_is_listed() -> None:
    page = (HOUSE / "docs" / "diagnostics.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `([^`]+)` \|", page, re.MULTILINE)
    used = {code for path in (HOUSE / "reconciler").rglob("*.py") for code in _codes_in(path)}
    assert len(listed) == len(set(listed)), "a code is listed twice"
    missing = sorted(used - set(listed))
    assert not missing, f"add to docs/diagnostics.md: {', '.join(missing)}"


def test_every_code_of_this_room_is_used() -> None:
    sources = (path for path in (HOUSE / "reconciler" / "manifest").glob("*.py") if path.name != "codes.py")
    assert set(SUMMARY) - {code for path in sources for code in _codes_in(path)} == set()
