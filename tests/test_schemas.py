"""`schemas/` holds what is generated, and the examples fit it."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]  # its stubs are no dependency of ours
import pytest

from reconciler.cli.schema import MANIFEST_SCHEMA, schema_text
from reconciler.manifest.place import ManifestText
from reconciler.manifest.yaml import read_documents

HOUSE = Path(__file__).parents[1]
SCHEMA = HOUSE / "schemas" / MANIFEST_SCHEMA
_EXAMPLES = sorted(path for path in (HOUSE / "examples").rglob("*.yaml") if "mistakes" not in path.parts)


def test_what_is_committed_is_what_is_generated() -> None:
    assert SCHEMA.read_text("utf-8") == schema_text(), "run make schemas"


def test_nothing_else_is_there() -> None:
    assert [path.name for path in SCHEMA.parent.iterdir()] == [MANIFEST_SCHEMA]


@pytest.mark.parametrize("path", _EXAMPLES, ids=lambda path: str(path.relative_to(HOUSE)))
def test_the_examples_fit(path: Path) -> None:
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text("utf-8")))
    documents = list(read_documents(ManifestText(path.name, path.read_text("utf-8")), []))
    assert documents
    assert [error.message for document in documents for error in validator.iter_errors(document.value)] == []


@pytest.mark.parametrize("path", sorted((HOUSE / "examples").rglob("*.yaml")), ids=lambda path: path.parent.name)
def test_the_examples_name_the_schema_for_editors(path: Path) -> None:
    first = path.read_text("utf-8").splitlines()[0]
    assert first.startswith("# yaml-language-server: $schema=")
    assert (path.parent / first.partition("=")[2]).resolve() == SCHEMA
