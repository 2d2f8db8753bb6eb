"""`schemas/` holds what is generated, and the examples fit it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]  # its stubs are no dependency of ours
import pytest

from reconciler.cli.main import main
from reconciler.cli.schema import MANIFEST_SCHEMA, schema_texts
from reconciler.manifest.place import ManifestText
from reconciler.manifest.yaml import read_documents
from reconciler.render.forms.catalogue import FORMS, form_schema
from tests.published import misfit

HOUSE = Path(__file__).parents[1]
SCHEMA = HOUSE / "schemas" / MANIFEST_SCHEMA
_EXAMPLES = sorted(path for path in (HOUSE / "examples").rglob("*.yaml") if "mistakes" not in path.parts)


_TEXTS = dict(schema_texts())
_GOLDEN = sorted((HOUSE / "tests" / "cases").glob("*/plan.json"))


@pytest.mark.parametrize("file", _TEXTS)
def test_what_is_committed_is_what_is_generated(file: str) -> None:
    assert (SCHEMA.parent / file).read_text("utf-8") == _TEXTS[file], "run make schemas"


def test_nothing_else_is_there() -> None:
    assert sorted(path.name for path in SCHEMA.parent.iterdir()) == sorted(_TEXTS)


@pytest.mark.parametrize("name", FORMS)
def test_each_schema_is_one(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(form_schema(name))
    assert "description" in json.dumps(form_schema(name))


def test_each_command_with_json_has_a_schema() -> None:
    """Whatever takes --json, or prints it in another way, is in the catalogue."""
    told = {command for form in FORMS.values() for command in form.commands}
    page = (HOUSE / "docs" / "commands.md").read_text("utf-8")
    sections = re.findall(r"(?ms)^## (?:.*?)`?qctl ([a-z -]+)`?$(.*?)(?=^## |\Z)", page)
    taking = {name for name, text in sections if re.search(r"(?m)^  (--json |--format .*json)", text)}
    assert len(taking) > 15
    assert taking - told == set()


def test_the_page_lists_them_all() -> None:
    page = (HOUSE / "docs" / "machine-forms.md").read_text("utf-8")
    assert [
        n for n, form in FORMS.items() if f"| {', '.join(f'`qctl {c}`' for c in form.commands)} | [{n}." not in page
    ] == []


@pytest.mark.parametrize("path", _GOLDEN, ids=lambda path: path.parent.name)
def test_plans_fit_their_schema(path: Path) -> None:
    """By the library that others use, and not only by the fast one that looks at every output."""
    validator = jsonschema.Draft202012Validator(form_schema("plan"))
    assert [error.message for error in validator.iter_errors(json.loads(path.read_text("utf-8")))] == []


def test_an_output_that_does_not_fit_is_caught(monkeypatch: pytest.MonkeyPatch, published: list[str]) -> None:
    monkeypatch.setattr("reconciler.cli.version._LIBRARIES", ())
    assert main(["version", "--json"]) == 0
    assert published == []
    monkeypatch.setattr("reconciler.cli.version.FORM", 7)
    assert main(["version", "--json"]) == 0
    assert published.pop().startswith("qctl version: version: data.canonical_form must be string")
    assert misfit({"event": "progress"}, None).startswith("event: ")
    assert misfit({}, "sing").startswith("qctl sing prints JSON without a published schema")


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
