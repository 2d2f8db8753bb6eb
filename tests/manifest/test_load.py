"""A project folder to resources: envelope, defaults, sweeps, variables."""

from __future__ import annotations

import pytest

from reconciler.core.address import Address
from reconciler.core.diagnostic import has_errors
from tests.manifest.project import CIRCUIT, PROJECT, SIM, Folder, only, said, task


def test_one_task(folder: Folder) -> None:
    declared = only(folder.load(task("ghz", tags="{owner: lab-3, n: 1, on: true, half: 0.5}")))
    assert declared.address == Address("QuantumTask", "ghz")
    assert (declared.spec.device, declared.spec.shots) == ("sim", 100)
    assert declared.spec.tags == {"owner": "lab-3", "n": "1", "on": "true", "half": "0.5"}
    assert declared.files["program.openqasm"].text == CIRCUIT
    assert declared.files["program.openqasm"].name == "c.qasm"
    assert declared.depends == frozenset()
    assert str(declared.locate(("shots",))) == "tasks.yaml:6:10"
    assert str(declared.locate(("tags", "owner"))) == "tasks.yaml:3:37"


def test_the_project(folder: Folder) -> None:
    project = folder.load().project
    assert project is not None
    assert (project.metadata.name, project.spec.devices) == ("study", {"sim": SIM})
    assert (project.spec.state.path, project.spec.providers.braket.mode) == ("state", "local")


def test_resources_are_sorted_and_the_order_of_documents_is_no_matter(folder: Folder) -> None:
    first = folder.load(task("b"), task("a"))
    second = folder.load(task("a"), task("b"))
    assert [str(declared.address) for declared in first.resources] == ["QuantumTask/a", "QuantumTask/b"]
    assert [declared.spec for declared in first.resources] == [declared.spec for declared in second.resources]
    assert list(first.edges) == [declared.address for declared in first.resources]


def test_an_inline_program(folder: Folder) -> None:
    text = task("ghz").replace("{openqasm: c.qasm}", '{openqasm: "OPENQASM 3.0; qubit q;"}')
    source = only(folder.load(text)).files["program.openqasm"]
    assert (source.name, source.inline, source.text) == ("tasks.yaml", True, "OPENQASM 3.0; qubit q;")


def test_a_sweep_is_keyed_by_values(folder: Folder) -> None:
    sweep = task("s", spec='matrix: {x: [0.5, 1, a b], n: [1, 2]}\ndeviceParameters: {x: "${{ matrix.x }}"}')
    loaded = folder.load(sweep.replace("shots: 100", 'shots: "${{ matrix.n }}"'))
    assert not loaded.diagnostics
    assert [(str(d.address), d.spec.shots, d.spec.device_parameters["x"]) for d in loaded.resources] == [
        ('QuantumTask/s[n=1,x="a b"]', 1, "a b"),
        ("QuantumTask/s[n=1,x=0.5]", 1, 0.5),
        ("QuantumTask/s[n=1,x=1]", 1, 1),
        ('QuantumTask/s[n=2,x="a b"]', 2, "a b"),
        ("QuantumTask/s[n=2,x=0.5]", 2, 0.5),
        ("QuantumTask/s[n=2,x=1]", 2, 1),
    ]


def test_one_mistake_in_a_sweep_is_said_once(folder: Folder) -> None:
    assert folder.found(task("s", shots="-1", spec="matrix: {x: [1, 2, 3]}")) == [
        ("manifest/invalid-value", "tasks.yaml:6:10")
    ]


def test_a_matrix_takes_variables(folder: Folder) -> None:
    folder.write("qctl.yaml", PROJECT + "  variables: {top: {type: integer}}\n")
    loaded = folder.load(task("s", spec='matrix: {x: [1, "${{ var.top }}"]}'), variables={"top": "7"})
    assert [str(declared.address) for declared in loaded.resources] == ["QuantumTask/s[x=1]", "QuantumTask/s[x=7]"]


def test_matrix_mistakes(folder: Folder) -> None:
    def at(matrix: str) -> list[str]:
        return [code for code, _ in folder.found(task("s", spec=f"matrix: {matrix}"))]

    assert at("{}") == ["matrix/invalid"]
    assert at("[1]") == ["matrix/invalid"]
    assert at("{x: []}") == ["matrix/invalid"]
    assert at("{x: [[1]]}") == ["matrix/invalid"]
    assert at("{x: [~]}") == ["matrix/invalid"]
    assert at("{x y: [1]}") == ["matrix/invalid"]
    assert at("{x: [1, 1.0]}") == ["matrix/duplicate"]
    assert at('{x: [1, "1", true]}') == []
    assert at('{x: ["${{ matrix.x }}"]}') == ["expression/place"]
    wide = "[" + ", ".join(map(str, range(400))) + "]"
    assert at(f"{{x: {wide}, y: {wide}}}") == ["matrix/too-large"]


def test_a_variable_is_given_by_option_then_environment_then_default(folder: Folder) -> None:
    folder.write("qctl.yaml", PROJECT + "  variables: {n: {type: integer, default: 1}}\n")
    text = task("t", shots='"${{ var.n }}"')
    environment = {"QCTL_VAR_n": "2", "QCTL_VAR_other": "x"}
    assert only(folder.load(text)).spec.shots == 1
    assert only(folder.load(text, environment=environment)).spec.shots == 2
    assert only(folder.load(text, environment=environment, variables={"n": "3"})).spec.shots == 3


def test_variable_mistakes(folder: Folder) -> None:
    folder.write("qctl.yaml", PROJECT + "  variables:\n    n: {type: integer}\n    b: {type: boolean, default: 1}\n")
    assert folder.found(task("t")) == [("manifest/invalid-value", "qctl.yaml:8:8")]
    folder.write("qctl.yaml", PROJECT + "  variables:\n    n: {type: integer}\n")
    text = task("t", shots='"${{ var.n }}"', tags='{a: "${{ var.m }}"}')
    assert folder.found(text) == [("variable/no-value", "qctl.yaml:7:5"), ("variable/unknown", "tasks.yaml:3:31")]
    assert folder.found(task("t"), variables={"n": "1.5"}) == [("variable/invalid-value", "qctl.yaml:7:5")]
    assert folder.found(task("t"), variables={"n": "1", "k": "1"}) == [("variable/unknown", "")]


def test_a_variable_in_the_project(folder: Folder) -> None:
    more = '  variables: {place: {}}\n  defaults: {output: {bucket: "${{ var.place }}"}}\n'
    folder.write("qctl.yaml", PROJECT + more)
    loaded = folder.load(variables={"place": "my-bucket"})
    assert not loaded.diagnostics
    assert loaded.project is not None
    assert loaded.project.spec.defaults.output is not None
    assert loaded.project.spec.defaults.output.bucket == "my-bucket"


def test_one_address_declared_twice_names_both_places(folder: Folder) -> None:
    loaded = folder.load(task("t"), task("t", shots="5"))
    assert said(loaded) == [("manifest/duplicate", "tasks.yaml:11:18")]
    assert "tasks.yaml:3:18 already, and again at tasks.yaml:11:18" in loaded.diagnostics[0].detail
    assert [declared.spec.shots for declared in loaded.resources] == [100]


def test_without_a_project_the_rest_is_still_checked(folder: Folder) -> None:
    (folder.root / "qctl.yaml").unlink()
    loaded = folder.load(task("t", shots="x"))
    assert said(loaded) == [("project/missing", "qctl.yaml"), ("manifest/wrong-type", "tasks.yaml:6:10")]
    assert has_errors(loaded.diagnostics)


def test_projects(folder: Folder) -> None:
    folder.write("other.yaml", PROJECT)
    assert folder.found() == [("project/second", "other.yaml:2:7")]
    folder.write("qctl.yaml", task("t"))
    assert folder.found() == [("project/place", "other.yaml:2:7"), ("project/missing", "qctl.yaml:1:1")]
    folder.write("other.yaml", "")
    folder.write("qctl.yaml", task("t") + "---\n" + PROJECT)
    assert only(folder.load()).address.name == "t"


def test_envelope_mistakes(folder: Folder) -> None:
    def codes(text: str) -> list[str]:
        return [code for code, _ in folder.found(text)]

    assert codes("- apiVersion\n") == ["manifest/document"]
    assert codes("kind: QuantumTask\n# apiVersion\n") == ["manifest/missing-key"]
    assert codes("apiVersion: v1\nkind: Pod\n") == ["manifest/api-version"]
    assert codes("apiVersion: qctl/v1alpha1\nkind: QuantumTasks\n") == ["manifest/unknown-kind"]
    assert codes("apiVersion: qctl/v1alpha1\nkind: [a]\n") == ["manifest/unknown-kind"]
    assert codes("apiVersion: qctl/v1alpha1\n") == ["manifest/missing-key"]
    assert codes("apiVersion: qctl/v1alpha1\nkind: QuantumTask\n") == ["manifest/missing-key"] * 2
    assert codes("apiVersion: qctl/v1alpha1\nkind: QuantumTask\nmetadata: x\nspec: x\n") == ["manifest/wrong-type"] * 2
    assert codes(task("12")) == ["manifest/name"]
    assert codes(task("t", spec="tags: {}")) == ["manifest/unknown-key"]
    assert codes(task("t").replace("tags:", "label: 1, tags:")) == ["manifest/unknown-key"]


def test_tag_rules(folder: Folder) -> None:
    def found(tags: str) -> list[tuple[str, str]]:
        return folder.found(task("t", tags=tags))

    assert found("{aws:x: y}") == [("manifest/invalid-value", "tasks.yaml:3:28")]
    assert found("{QCTL:run: y}") == [("manifest/invalid-value", "tasks.yaml:3:28")]
    assert found('{"": y}') == [("manifest/invalid-value", "tasks.yaml:3:28")]
    assert found("{x: a*b}") == [("manifest/invalid-value", "tasks.yaml:3:31")]
    assert found(f"{{x: {'v' * 257}}}") == [("manifest/invalid-value", "tasks.yaml:3:31")]
    assert found("{x: ~}") == [("manifest/wrong-type", "tasks.yaml:3:31")]
    assert found("{x: [a]}") == [("manifest/wrong-type", "tasks.yaml:3:31")]
    many = ", ".join(f"k{n}: v" for n in range(46))
    assert found(f"{{{many}}}") == [("manifest/invalid-value", "tasks.yaml:3:27")]
    assert found(f"{{{many.removesuffix(', k45: v')}}}") == []


def test_a_boolean_is_no_number_of_shots(folder: Folder) -> None:
    loaded = folder.load(task("t", shots="true"))
    assert [found.detail for found in loaded.diagnostics] == [
        "spec.shots: expected a whole number between 0 and 10,000,000, found true."
    ]


def test_words_of_a_union(folder: Folder) -> None:
    text = task("t").replace("openqasm: c.qasm", "openqasm: c.qasm, inputs: {x: abc, y: [1, z]}")
    loaded = folder.load(text)
    assert [(str(f.where), f.detail) for f in loaded.diagnostics] == [
        (
            "tasks.yaml:7:43",
            'spec.program.inputs.x: expected true or false or a number or a list of numbers, found the text "abc".',
        ),
        ("tasks.yaml:7:55", 'spec.program.inputs.y[1]: expected a number, found the text "z".'),
    ]


def test_quoted_numbers_are_explained(folder: Folder) -> None:
    loaded = folder.load(task("t", shots='"100"'), task("u", shots="100.0"))
    assert [found.remedy for found in loaded.diagnostics] == ["Remove the quotes.", "Write 100."]


def test_the_points_of_all_sweeps_have_one_bound(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.manifest.load.MAX_POINTS", 10)
    sweeps = [task(name, spec="matrix: {x: [1, 2], y: [1, 2]}") for name in "abc"]
    loaded = folder.load(*sweeps[:2], task("last", spec="matrix: {x: [1, 2]}"), task("alone"))
    assert not loaded.diagnostics
    assert len(loaded.resources) == 11
    loaded = folder.load(*sweeps)
    assert said(loaded) == [("matrix/too-large", "tasks.yaml:26:3")]
    assert len(loaded.resources) == 8
