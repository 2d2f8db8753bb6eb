"""`${{ Kind/name.attribute }}`: put in at once, left for later, or refused."""

from __future__ import annotations

from reconciler.core.address import Address
from tests.manifest.project import Folder, task


def test_what_the_spec_knows_is_put_in_and_makes_no_edge(folder: Folder) -> None:
    loaded = folder.load(
        task("a", shots='"${{ QuantumTask/b.shots }}"', device='"${{ QuantumTask/s[x=0.5].device }}"'),
        task("b", shots='"${{ QuantumTask/c.shots }}"'),
        task("c", shots="7"),
        task("s", spec="matrix: {x: [0.5, 1.0]}"),
    )
    assert not loaded.diagnostics
    first = loaded.resources[0]
    assert (first.spec.shots, first.spec.device, first.depends) == (7, "sim", frozenset())


def test_a_late_value_stays_and_makes_an_edge(folder: Folder) -> None:
    output = 'output: {bucket: my-bucket, prefix: "after/${{ QuantumTask/b.digest }}"}'
    loaded = folder.load(task("a", tags='{after: "${{ QuantumTask/b.arn }}"}', spec=output), task("b"))
    assert not loaded.diagnostics
    first = loaded.resources[0]
    assert first.spec.tags == {"after": "${{ QuantumTask/b.arn }}"}
    assert first.spec.output.prefix == "after/${{ QuantumTask/b.digest }}"
    b = Address("QuantumTask", "b")
    assert loaded.edges == {Address("QuantumTask", "a"): {b}, b: frozenset()}


def test_references_between_points_of_sweeps(folder: Folder) -> None:
    tag = '{after: "${{ QuantumTask/s[x=1].arn }}"}'
    loaded = folder.load(task("s", spec="matrix: {x: [1, 2]}"), task("t", tags=tag, spec="matrix: {y: [1, 2]}"))
    assert not loaded.diagnostics
    assert {str(a): sorted(map(str, to)) for a, to in loaded.edges.items()} == {
        "QuantumTask/s[x=1]": [],
        "QuantumTask/s[x=2]": [],
        "QuantumTask/t[y=1]": ["QuantumTask/s[x=1]"],
        "QuantumTask/t[y=2]": ["QuantumTask/s[x=1]"],
    }


def test_a_late_value_is_refused_where_it_decides_what_is_paid(folder: Folder) -> None:
    text = task(
        "a", spec='deviceParameters: {x: "${{ QuantumTask/b.arn }}"}\nrun: {onRemove: "${{ QuantumTask/b.arn }}"}'
    )
    loaded = folder.load(text, task("b"))
    assert [(found.code, str(found.where)) for found in loaded.diagnostics] == [
        ("reference/too-late", "tasks.yaml:8:25"),
        ("reference/too-late", "tasks.yaml:9:19"),
    ]
    assert "what will be paid for" in loaded.diagnostics[0].detail
    assert "what qctl itself does" in loaded.diagnostics[1].detail


def test_references_to_nothing(folder: Folder) -> None:
    def finding(text: str) -> tuple[str, str]:
        (found,) = folder.load(
            task("a", tags=f'{{x: "{text}"}}'), task("ghz"), task("s", spec="matrix: {x: [1]}")
        ).diagnostics
        assert str(found.where) == "tasks.yaml:3:31"
        return found.code, found.remedy

    assert finding("${{ QuantumTask/gzh.arn }}") == ("reference/unknown-resource", 'Did you mean "QuantumTask/ghz"?')
    assert finding("${{ QuantumTsk/ghz.arn }}") == ("reference/unknown-resource", 'Did you mean "QuantumTask"?')
    assert finding("${{ QuantumTask/ghz.arm }}") == ("reference/unknown-attribute", 'Did you mean "arn"?')
    assert finding("${{ QuantumTask/s.arn }}") == (
        "reference/needs-key",
        "Write for instance QuantumTask/s[x=1].arn.",
    )
    assert finding("${{ QuantumTask/s[x=1.0].arn }}") == (
        "reference/unknown-resource",
        'Did you mean "QuantumTask/s[x=1]"?',
    )
    assert finding("${{ env.HOME }}")[0] == "expression/syntax"
    assert finding("${{ var.x")[0] == "expression/syntax"
    assert finding("${{ matrix.x }}")[0] == "matrix/unknown"


def test_a_mistake_in_the_resource_named_is_said_there_only(folder: Folder) -> None:
    found = folder.found(task("a", shots='"${{ QuantumTask/b.shots }}"'), task("b", shots="x"))
    assert found == [("manifest/wrong-type", "tasks.yaml:14:10")]


def test_a_ring_names_every_place(folder: Folder) -> None:
    loaded = folder.load(
        task("a", tags='{x: "${{ QuantumTask/b.arn }}"}'),
        task("b", tags='{x: "${{ QuantumTask/c.arn }}"}'),
        task("c", tags='{x: "${{ QuantumTask/a.arn }}"}'),
        task("d", tags='{x: "${{ QuantumTask/d.arn }}"}'),
    )
    assert [(found.code, str(found.where), found.detail) for found in loaded.diagnostics] == [
        (
            "reference/cycle",
            "tasks.yaml:3:31",
            "None of these can be first: QuantumTask/a -> QuantumTask/b -> QuantumTask/c -> QuantumTask/a. "
            "The other references are at tasks.yaml:11:31, tasks.yaml:19:31.",
        ),
        ("reference/cycle", "tasks.yaml:27:31", "None of these can be first: QuantumTask/d -> QuantumTask/d."),
    ]


def test_a_value_defined_by_itself(folder: Folder) -> None:
    found = folder.found(
        task("a", shots='"${{ QuantumTask/b.shots }}"'), task("b", shots='"${{ QuantumTask/a.shots }}"')
    )
    assert {code for code, _ in found} == {"reference/cycle"}


def test_late_and_known_references_may_cross(folder: Folder) -> None:
    loaded = folder.load(
        task("a", shots="5", tags='{x: "${{ QuantumTask/b.arn }}"}'), task("b", shots='"${{ QuantumTask/a.shots }}"')
    )
    assert not loaded.diagnostics
    assert [declared.spec.shots for declared in loaded.resources] == [5, 5]
