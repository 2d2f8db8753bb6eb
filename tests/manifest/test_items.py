"""A matrix over the items of a list, files that items name, and tags as a list."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.core.declared import Declared
from reconciler.manifest.fingerprint import programs_in, programs_now
from tests.manifest.project import PROJECT, Folder, said, task
from tests.manifest.pulses import load, one, pulses, told

SWEEP = """
- {runs: 7}
- runs: "${{ matrix.n }}"
  matrix: {t: [100, 200], n: [1, 2]}
  variables: {omega: 0.5, ts: ["${{ matrix.t }}", 500]}
- {runs: 9, variables: {n: 3}}
"""


def runs(declared: Declared) -> list[int]:
    return [job.runs for job in declared.spec.jobs]


def test_an_item_becomes_one_for_each_combination_in_its_place(folder: Folder) -> None:
    declared = one(folder, pulses(SWEEP))
    assert [(job.runs, job.variables, job.matrix) for job in declared.spec.jobs] == [
        (7, {}, None),
        (1, {"omega": 0.5, "ts": [100, 500]}, {"n": [1], "t": [100]}),
        (1, {"omega": 0.5, "ts": [200, 500]}, {"n": [1], "t": [200]}),
        (2, {"omega": 0.5, "ts": [100, 500]}, {"n": [2], "t": [100]}),
        (2, {"omega": 0.5, "ts": [200, 500]}, {"n": [2], "t": [200]}),
        (9, {"n": 3}, None),
    ]
    assert str(declared.address) == "Pulses/p"


def test_places_of_expanded_items_are_those_of_the_document(folder: Folder) -> None:
    locate = one(folder, pulses(SWEEP)).locate
    places = {
        ("jobs", 0, "runs"): "6:12",
        ("jobs", 1, "runs"): "7:11",
        ("jobs", 4, "runs"): "7:11",
        ("jobs", 3, "variables", "ts", 0): "9:34",  # where the value of the matrix is used
        ("jobs", 3, "matrix", "t", 0): "8:18",  # the value itself: 100 and 200
        ("jobs", 4, "matrix", "t", 0): "8:23",
        ("jobs", 4, "matrix", "t"): "8:17",
        ("jobs", 5, "variables", "n"): "10:30",
        ("jobs", 5): "10:5",
        ("jobs", 1): "7:5",  # of a block, its first line
        ("jobs", 2, "sequence"): "7:5",
        ("jobs", 99, "runs"): "5:3",
        ("device",): "11:11",
    }
    assert {path: str(locate(path)) for path in places} == {path: f"jobs.yaml:{at}" for path, at in places.items()}


def test_values_keep_their_type_and_take_variables_and_references(folder: Folder) -> None:
    folder.write("qctl.yaml", PROJECT + "  variables: {top: {type: integer, default: 5}, x: {default: a}}\n")
    jobs = """
    - matrix: {n: ["${{ var.top }}", 6], name: [a, b]}
      runs: "${{ matrix.n }}"
      sequence: "seq/${{ var.x }}-${{ matrix.name }}.json"
    - runs: "${{ QuantumTask/t.shots }}"
    """
    for name in ("seq/a-a.json", "seq/a-b.json"):
        folder.write(name, name)
    declared = one(folder, pulses(jobs), task("t", shots="8"))
    assert runs(declared) == [5, 5, 6, 6, 8]
    assert {path: file.text for path, file in declared.files.items()} == {
        "jobs.0.sequence": "seq/a-a.json",
        "jobs.1.sequence": "seq/a-b.json",
        "jobs.2.sequence": "seq/a-a.json",
        "jobs.3.sequence": "seq/a-b.json",
    }


def test_a_reference_inside_a_swept_item_is_resolved_in_each(folder: Folder) -> None:
    jobs = '- {matrix: {n: [1, 2]}, runs: "${{ QuantumTask/t.shots }}", variables: {n: "${{ matrix.n }}"}}'
    declared = one(folder, pulses(jobs), task("t", shots="8"))
    assert [(job.runs, job.variables) for job in declared.spec.jobs] == [(8, {"n": 1}), (8, {"n": 2})]
    late = '- {matrix: {n: [1, 2]}, runs: 1, variables: {n: "${{ QuantumTask/t.arn }}"}}'
    first = "- {runs: 1, matrix: {x: [1, 2]}}\n"
    assert [line.split(":", 2)[:2] for line in told(folder, pulses(first + late), task("t"))] == [
        ["7", "51 reference/too-late"]
    ]
    waiting = pulses("- {matrix: {n: [1, 2]}, runs: 1}", more='note: "after ${{ QuantumTask/t.arn }}"')
    declared = one(folder, waiting, task("t"))
    assert (declared.spec.note, {str(a) for a in declared.depends}) == (
        "after ${{ QuantumTask/t.arn }}",
        {"QuantumTask/t"},
    )


def test_a_mistake_in_a_swept_item_is_said_once_at_its_line(folder: Folder) -> None:
    jobs = """
    - {runs: 1, matrix: {n: [1, 2]}}
    - runs: "${{ matrix.n }}"
      matrix: {n: [-1, -2, 3]}
      varibles: {}
      variables: {x: "${{ matrix.m }}"}
      sequence: absent.json
    - runs: 0
    """
    assert told(folder, pulses(jobs)) == [
        "7:11 manifest/invalid-value: spec.jobs[1].runs: expected a whole number of at least 1, found the number -1.",
        '9:5 manifest/unknown-key: "varibles" is no key of spec.jobs[1].',
        '10:20 matrix/unknown: The matrix has no list "m".',
        '11:15 file/not-found: The project has no file "absent.json".',
        "12:11 manifest/invalid-value: spec.jobs[2].runs: expected a whole number of at least 1, found the number 0.",
    ]


def test_matrix_mistakes_of_items_are_those_of_sweeps(folder: Folder) -> None:
    def found(matrix: str) -> list[str]:
        job = f'- {{runs: 1, variables: {{x: "${{{{ matrix.x }}}}"}}, matrix: {matrix}}}'
        return told(folder, pulses("- runs: 2\n" + job))

    assert found("{}") == [
        "7:58 matrix/invalid: spec.jobs[1].matrix: expected a mapping of names to lists of values, "
        "found an empty mapping."
    ]
    assert found("[1]") == [
        "7:58 matrix/invalid: spec.jobs[1].matrix: expected a mapping of names to lists of values, found a list."
    ]
    assert found("{x: []}") == [
        "7:62 matrix/invalid: spec.jobs[1].matrix.x: expected a list with at least one value, found an empty list."
    ]
    assert found("{x: [1, 1.0]}") == [
        "7:66 matrix/duplicate: spec.jobs[1].matrix.x holds the number 1.0 twice, at positions 1 and 2: "
        "two points would have one address, or pay twice for one run."
    ]
    assert found('{x: ["${{ matrix.x }}"]}') == [
        "7:63 expression/place: The matrix is read before anything else: its values may use var.NAME only."
    ]
    assert found("{y: [1]}") == ['7:30 matrix/unknown: The matrix has no list "x".']
    assert found("~") == ["7:30 matrix/unknown: This item has no matrix."]
    (problem,) = load(folder, pulses('- {runs: "${{ matrix.x }}"}')).diagnostics
    assert (problem.detail, problem.remedy) == ("This item has no matrix.", "Add it to spec.jobs[0].matrix.")
    (problem,) = load(folder, pulses("- {runs: 1, matrix: {x: [1]}}", more='note: "${{ matrix.x }}"')).diagnostics
    assert (problem.detail, problem.remedy) == ("The document has no matrix.", "Write the value.")


def test_items_and_points_have_one_bound(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.manifest.load.MAX_POINTS", 6)
    four = "- {runs: 1, matrix: {x: [1, 2], y: [1, 2]}}"
    assert len(one(folder, pulses(four + "\n- {runs: 1, matrix: {x: [1, 2]}}")).spec.jobs) == 6
    assert said(load(folder, pulses(f"{four}\n{four}"))) == [("matrix/too-large", "jobs.yaml:7:15")]
    sweep = task("t", spec="matrix: {x: [1, 2, 3]}")
    assert said(load(folder, pulses(four), sweep)) == [("matrix/too-large", "jobs.yaml:16:3")]


def test_the_length_of_a_list_is_that_of_the_expanded_one(folder: Folder) -> None:
    wide = ", ".join(map(str, range(100)))
    assert told(folder, pulses(f"- {{runs: 1, matrix: {{x: [{wide}]}}}}")) == [
        "5:3 manifest/invalid-value: spec.jobs: expected a list of 1 to 99 mappings, found 100."
    ]


def test_a_huge_matrix_is_counted_not_listed(folder: Folder) -> None:
    wide = "[" + ", ".join(map(str, range(1000))) + "]"
    job = f"- {{runs: 1, matrix: {{a: {wide}, b: {wide}, c: {wide}, d: {wide}}}}}"
    assert [code for code, _ in said(load(folder, pulses(job)))] == ["matrix/too-large"]


def test_every_file_that_is_missing_is_said_and_one_is_read_once(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.write("s.json", "{}")
    folder.write("big.json", "x" * 101)
    folder.write("../secret.json", "{}")
    jobs = """
    - {runs: 1, sequence: s.json}
    - {runs: 1, sequence: big.json}
    - {runs: 1, sequence: ../secret.json}
    - {runs: 1, sequence: t.json}
    """
    assert told(folder, pulses(jobs, more="sequence: s.json")) == [
        '7:25 file/too-large: "big.json" has 101 bytes; at most 100 are allowed.',
        '8:25 file/outside: "../secret.json" leads out of the project folder; '
        "files named by a manifest stay inside it.",
        '9:25 file/not-found: The project has no file "t.json".',
    ]
    reads: list[str] = []
    real = type(folder.root).read_bytes

    def read_bytes(path: Path) -> bytes:
        reads.append(path.name)
        return real(path)

    monkeypatch.setattr(type(folder.root), "read_bytes", read_bytes)
    declared = one(folder, pulses("- {runs: 1, sequence: s.json, matrix: {n: [1, 2]}}", more="sequence: s.json"))
    assert list(declared.files) == ["sequence", "jobs.0.sequence", "jobs.1.sequence"]
    assert reads.count("s.json") == 1


def test_one_file_in_fields_of_different_bounds(folder: Folder) -> None:
    folder.write("c.qasm", "h q;" * 50)
    found = told(folder, task("t"), pulses("- {runs: 1, sequence: c.qasm}"))
    assert found == ['14:25 file/too-large: "c.qasm" has 200 bytes; at most 100 are allowed.']


def test_the_cache_of_desired_resources_watches_the_files_of_items(folder: Folder) -> None:
    folder.write("s.json", "{}")
    seen = programs_in([one(folder, pulses("- {runs: 1}\n- {runs: 1, sequence: s.json}"))])
    assert list(seen) == ["s.json"]
    assert programs_now(folder.root, seen) == seen
    folder.write("s.json", "{} ")
    assert programs_now(folder.root, seen) != seen


def test_tags_are_a_list_or_a_mapping_where_the_kind_takes_a_list(folder: Folder) -> None:
    job = "- runs: 1"
    declared = one(folder, pulses(job, tags="[rydberg, team=lab-3]"))
    assert declared.spec.tags == ["rydberg", "team=lab-3"]
    assert str(declared.locate(("tags", 1))) == "jobs.yaml:3:37"
    assert one(folder, pulses(job, tags="{owner: lab-3}")).spec.tags == ["owner=lab-3"]
    assert told(folder, pulses(job, tags="[a, 1]")) == [
        "3:31 manifest/wrong-type: metadata.tags[1]: expected a text, found the number 1."
    ]
    assert told(folder, pulses(job, tags="[a, b, a, a]")) == [
        '3:34 manifest/duplicate-tag: metadata.tags holds the text "a" at jobs.yaml:3:28 already: '
        "tags of this kind are a set.",
        '3:37 manifest/duplicate-tag: metadata.tags holds the text "a" at jobs.yaml:3:28 already: '
        "tags of this kind are a set.",
    ]
    assert told(folder, task("t", tags="[a]")) == [
        "3:27 manifest/wrong-type: metadata.tags: expected a mapping, found a list."
    ]


def test_a_tag_of_a_list_may_wait_for_another_resource(folder: Folder) -> None:
    tags = '["after=${{ QuantumTask/t.arn }}", "${{ QuantumTask/t.device }}"]'
    declared = one(folder, pulses("- runs: 1", tags=tags), task("t"))
    assert declared.spec.tags == ["after=${{ QuantumTask/t.arn }}", "sim"]
    assert {str(a) for a in declared.depends} == {"QuantumTask/t"}
