"""`qctl render`: every value of what is planned, and who said it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cli.place import PROJECT, Place

TASKS = """---
apiVersion: qctl/v1alpha1
kind: QuantumTask
metadata: {name: first, tags: {owner: us}}
spec: {device: sim, shots: "${{ var.shots }}", program: {openqasm: "qubit q; h q;"}}
---
apiVersion: qctl/v1alpha1
kind: QuantumTask
metadata: {name: second, tags: {after: "${{ QuantumTask/first.arn }}", title: "${{ var.title }}"}}
spec: {device: sim, shots: "${{ QuantumTask/first.shots }}", program: {openqasm: "qubit q; x q;"}}
---
apiVersion: qctl/v1alpha1
kind: Batch
metadata: {name: rabi, tags: [a, study=mine]}
spec:
  device: EMU_FREE
  jobs:
    - {runs: 10, sequence: s.json}
    - {runs: "${{ matrix.n }}", sequence: s.json, matrix: {n: [20, 30]}}
"""
SETTINGS = """  defaults: {tags: {study: ghz, team: red}, output: {bucket: amazon-braket-x, prefix: there}}
"""


@pytest.fixture
def study(place: Place) -> Place:
    project = PROJECT.replace("default: 100}", "default: 100}, title: {default: plain}")
    (place.root / "qctl.yaml").write_text(project + SETTINGS + TASKS, "utf-8")
    (place.root / "s.json").write_text("{}", "utf-8")
    return place


def _sources(place: Place, address: str, *args: str) -> dict[str, str]:
    """Each value's source in one text: who, line, and what stood behind it."""
    (found,) = place.ok("render", address, "--explain", "--json", *args).json["documents"]
    return {path: _told(source) for path, source in found["sources"].items()}


def _told(source: dict[str, Any]) -> str:
    parts = [source["origin"], str(source.get("line", ""))]
    for one in source.get("inputs", ()):
        parts += [one["expression"], one["source"], str(one.get("line", ""))]
    parts.append(source.get("device", {}).get("means", ""))
    return " ".join(part for part in parts if part)


def test_where_values_come_from(study: Place) -> None:
    sources = _sources(study, "QuantumTask/first")
    assert sources["spec.shots"] == "manifest 14 var.shots its default 8"
    assert sources["spec.device"] == "manifest 14 arn:aws:braket:::device/quantum-simulator/amazon/sv1"
    assert sources["spec.run.generation"] == "default"
    assert sources["metadata.tags.owner"] == "manifest 13"
    assert sources["metadata.tags.team"] == "project 9"
    assert sources["spec.output.bucket"] == "project 9"
    assert _sources(study, "QuantumTask/first", "--var", "shots=7")["spec.shots"] == "manifest 14 var.shots --var"


def test_a_variable_of_the_surroundings(study: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QCTL_VAR_shots", "9")
    assert _sources(study, "QuantumTask/first")["spec.shots"] == "manifest 14 var.shots QCTL_VAR_shots"


def test_items_of_a_matrix_and_tags_in_a_list(study: Place) -> None:
    sources = _sources(study, "Batch/rabi")
    assert sources["spec.jobs[0].runs"] == "manifest 27"
    assert sources["spec.jobs[2].runs"] == "manifest 28 matrix.n a list 28"
    assert sources["spec.jobs[2].matrix.n[0]"] == "manifest 28"
    (found,) = study.ok("render", "Batch/rabi", "--json").json["documents"]
    tags = found["document"]["metadata"]["tags"]
    assert tags == ["team=red", "a", "study=mine"]
    assert [sources[f"metadata.tags[{at}]"] for at in range(3)] == ["project 9", "manifest 23", "manifest 23"]
    assert [job["runs"] for job in found["document"]["spec"]["jobs"]] == [10, 20, 30]
    assert "sources" not in found


def test_what_only_a_run_knows_stays_and_what_a_spec_knows_is_put_in(study: Place) -> None:
    text = study.ok("render", "QuantumTask/second").out
    assert '    after: "${{ QuantumTask/first.arn }}"\n' in text
    assert "  shots: 100\n" in text
    assert "  title" not in text.partition("spec:")[2]


def test_texts_from_outside_command_no_terminal(study: Place) -> None:
    workload = 'spec: {type: a, backend: b, config: {note: "${{ var.note }}"}}'
    (study.root / "w.yaml").write_text(
        f"apiVersion: qctl/v1alpha1\nkind: Workload\nmetadata: {{name: w}}\n{workload}\n"
    )
    project = (study.root / "qctl.yaml").read_text("utf-8")
    (study.root / "qctl.yaml").write_text(project.replace("title: {", "note: {}, title: {"), "utf-8")
    ran = study.ok("render", "--explain", "Workload/w", "--var", "note=\x1b]0;x\x07")
    (line,) = [line for line in ran.out.splitlines() if "note:" in line]
    assert line.startswith('    note: "\\x1b]0;x\\x07"')
    assert line.endswith("# w.yaml:4:44, var.note from --var")


def test_everything_is_rendered_or_what_is_asked_for(study: Place) -> None:
    heads = [line for line in study.ok("render").out.splitlines() if line.startswith("# ")]
    assert heads == ["# Project", "# Batch/rabi", "# QuantumTask/first", "# QuantumTask/second"]
    ran = study.run("render", "QuantumTask/frist")
    assert ran.code == 1
    assert "Did you mean QuantumTask/first?" in ran.err


def test_problems_come_first(study: Place) -> None:
    (study.root / "more.yaml").write_text("apiVersion: qctl/v1alpha1\nkind: Nothing\n", "utf-8")
    ran = study.run("render")
    assert (ran.code, ran.out) == (1, "")
    assert "manifest/unknown-kind" in ran.err
