"""Names and texts of generated manifests: ids and tags are written by anybody."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reconciler.core.address import parse_address
from reconciler.core.adoption import Existing
from reconciler.core.attempt import Attempt
from reconciler.core.state import State
from reconciler.manifest.place import ManifestText
from reconciler.manifest.yaml import read_documents
from reconciler.render.import_text import Document, manifest_text
from reconciler.workflow.generate import Generated, generate
from tests.providers.bench import HERE
from tests.workflow.bench import Project


class Cloud:
    """Has what it is told to have."""

    def __init__(self, cloud: Any, runs: dict[str, Existing]) -> None:
        self._cloud, self._runs = cloud, runs

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cloud, name)

    def could_be(self, _run_id: str) -> bool:
        return True

    def existing(self, _kind: str, run_id: str, *, whole: bool = False) -> Existing | None:
        return self._runs.get(run_id)


def run(run_id: str, tags: dict[str, str] | None = None, **spec: Any) -> Existing:
    """A task."""
    attempt = Attempt("", "", "", 1, 1, HERE, {}, id=run_id, tags=tags or {})
    told = {"device": "d", "shots": 1, "program": {"openqasm": ""}, **spec}
    return Existing("QuantumTask", attempt, {"program": "program"}, told, {("program", "openqasm"): ""})


def generated(project: Project, *runs: Existing, taken: str = "QuantumTask/x") -> Generated:
    """What would be written."""
    session = project.session
    found = {existing.attempt.id: existing for existing in runs}
    session = replace(session, clouds={"braket": Cloud(session.clouds["braket"], found)})
    return generate(session, found, State("l", 1, "p", "e"), [parse_address(taken)])


def test_names_are_valid_and_unique(project: Project) -> None:
    runs = [run("arn:x/ABCDEFGHIJ"), run("arn:y/abcdefgh-2"), run("arn:z/☃"), run("arn:z/../☃☃")]
    made = generated(project, *runs, taken="QuantumTask/task-x[a=1]")
    names = ["task-abcdefgh", "task-abcdefgh-2", "task-x-2", "task-x-3"]
    assert [document.name for document in made.documents] == names
    assert [list(document.files) for document in made.documents] == [[f"imported/{name}.qasm"] for name in names]


@pytest.mark.parametrize("text", ["${{ var.x }}", "a ${{ matrix.y }}"])
def test_what_would_be_read_as_an_expression_is_not_written(project: Project, text: str) -> None:
    made = generated(project, run("arn:x/1", deviceParameters={"a": [text]}))
    assert (made.documents, list(made.refused)) == ([], ["arn:x/1"])
    (document,) = generated(project, run("arn:x/1", {"owner": text, "fine": "y", "aws:x": "1"})).documents
    assert document.tags == {"fine": "y"}
    assert [remark.split(" ")[2] for remark in document.remarks] == ["aws:x", "owner"]


EVIL = [
    "true",
    "no",
    "1e-6",
    "0x10",
    "~",
    "- a",
    "a: b",
    "# c",
    'quote " and \\ back',
    "line\nbreak\ttab\x07bell\u2028\x85\x00",
    "☃ 𝕊",
    "*alias",
    "&a",
    "!tag",
    "<<",
    " spaces ",
    "",
    "{a}",
    "%x",
    "---",
]


@pytest.mark.parametrize("text", EVIL)
def test_a_text_comes_back_as_it_was(text: str) -> None:
    spec = {
        "a": text,
        text or "empty": {"deep": [text, 1, 1e-6, True, None, {"in": text}]},
        "list": [[text], {"b": 2.5}],
    }
    document = Document("QuantumTask", "n", text, spec, {"tag": text}, ["program"], [f"Its tag {text}\n- evil: 1"])
    found: list[Any] = []
    (read,) = read_documents(ManifestText("m.yaml", manifest_text([document])), found)
    assert found == []
    assert read.value["spec"] == spec
    assert read.value["metadata"] == {"name": "n", "tags": {"tag": text}, "import": {"id": text}}
