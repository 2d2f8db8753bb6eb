"""Policies are read with their places, are no resources, and are weakened neither by -f nor by an overlay."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.core.policy import Level, Policy, Scope
from reconciler.manifest.load import Loaded, load_project
from reconciler.manifest.pinned import read_pinned
from tests.manifest.generate import KINDS
from tests.manifest.project import CIRCUIT, PROJECT, Folder, task

HEAD = "apiVersion: qctl/v1alpha1\nkind: Policy\nmetadata: {name: cap}\n"
CAP = HEAD + "spec:\n  rules:\n    - {assert: change.shots < 10, message: no}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A project with one task and one policy."""
    made = Folder(tmp_path)
    made.write("qctl.yaml", PROJECT + "---\n" + task("one"))
    made.write("c.qasm", CIRCUIT)
    made.write("policies/cap.yaml", CAP)
    return made


def loaded(folder: Folder, *files: str, env: str = "default") -> Loaded:
    given = [folder.root / name for name in files] or None
    return load_project(folder.root, kinds=KINDS, files=given, env=env)


def the(found: Loaded) -> Policy:
    assert found.diagnostics == ()
    (policy,) = found.policies
    return policy


def test_a_policy_is_no_resource(folder: Folder) -> None:
    found = loaded(folder)
    assert the(found).name == "cap"
    assert [str(d.address) for d in found.resources] == ["QuantumTask/one"]
    rule = the(found).rules[0]
    assert (rule.assertion, rule.message, rule.level, rule.scope) == (
        "change.shots < 10",
        "no",
        Level.DENY,
        Scope.CHANGE,
    )


def test_naming_files_leaves_no_policy_out(folder: Folder) -> None:
    folder.write("more.yaml", task("two"))
    found = loaded(folder, "more.yaml")
    assert [str(d.address) for d in found.resources] == ["QuantumTask/two"]
    assert the(found).name == "cap"


def test_a_policy_beside_the_project_holds_when_files_are_named(folder: Folder) -> None:
    (folder.root / "policies" / "cap.yaml").unlink()
    folder.write("qctl.yaml", PROJECT + "---\n" + CAP)
    folder.write("more.yaml", task("two"))
    assert the(loaded(folder, "more.yaml")).name == "cap"


def test_no_overlay_changes_a_policy(folder: Folder) -> None:
    patch = "patches:\n    - {target: Policy/cap, patch: {spec: {rules: []}}}\n"
    folder.write("prod.yaml", f"apiVersion: qctl/v1alpha1\nkind: Overlay\nmetadata: {{name: prod}}\nspec:\n  {patch}")
    found = loaded(folder, env="prod")
    assert [rule.assertion for policy in found.policies for rule in policy.rules] == ["change.shots < 10"]


def test_the_same_name_twice_is_a_mistake(folder: Folder) -> None:
    folder.write("other.yaml", CAP)
    (found,) = loaded(folder).diagnostics
    assert found.code == "manifest/duplicate"


@pytest.mark.parametrize(
    ("spec", "code", "place"),
    [
        ("spec:\n  rules: []\n", "manifest/invalid-value", "5:10"),
        ("spec:\n  ruels: []\n  rules: [{assert: a, message: b}]\n", "manifest/unknown-key", "5:3"),
        ("spec:\n  rules: [{assert: a}]\n", "manifest/missing-key", "5:11"),
        ("spec:\n  rules: [{assert: a, message: b, level: error}]\n", "manifest/invalid-value", "5:42"),
        (
            "spec:\n  rules: [{assert: a, message: b}]\n  tests: [{name: t, expect: ok}]\n",
            "manifest/invalid-value",
            "6:29",
        ),
        ("", "manifest/missing-key", "1:1"),
    ],
)
def test_mistakes_have_their_place(folder: Folder, spec: str, code: str, place: str) -> None:
    folder.write("policies/cap.yaml", HEAD + spec)
    (found,) = loaded(folder).diagnostics
    assert (found.code, str(found.where)) == (code, f"policies/cap.yaml:{place}")


def test_a_policy_has_no_tags_and_imports_nothing(folder: Folder) -> None:
    folder.write("policies/cap.yaml", CAP.replace("{name: cap}", "{name: cap, tags: {a: b}, moved: [x]}"))
    assert [d.code for d in loaded(folder).diagnostics] == ["manifest/unknown-key"] * 2


@pytest.mark.parametrize(
    ("written", "text", "offset", "place"),
    [
        ("a.b < 10", "a.b < 10", 2, "1:12"),
        ('"a.b < 10"', "a.b < 10", 2, "1:13"),
        ("'a.b < 10'", "a.b < 10", 2, "1:13"),
        ("|\n    a &&\n      b.c\n", "a &&\n  b.c\n", 9, "3:9"),
        (">-\n    a &&\n    b.c\n", "a && b.c", 7, "1:10"),  # folded: where it begins
        (r'"a == \"x\" && b"', 'a == "x" && b', 12, "1:10"),  # escaped: the same
        ("|1-\n    a\n\n    b\n", " a\n\n b", 5, "4:5"),
    ],
)
def test_a_character_of_a_text_is_found_where_it_stands(
    tmp_path: Path, written: str, text: str, offset: int, place: str
) -> None:
    head, _, rest = CAP.partition("spec:\n")
    folder = Folder(tmp_path)
    folder.write("qctl.yaml", PROJECT)
    body = (
        f"spec:\n  match: {written}\n".replace("\n\n", "\n") if "\n\n" not in written else f"spec:\n  match: {written}"
    )
    folder.write("p.yaml", head + body.rstrip("\n") + "\n" + rest)
    policy = the(loaded(folder))
    assert policy.match == text
    line, column = map(int, place.split(":"))
    assert str(policy.locate(("match",), offset, 1)) == f"p.yaml:{line + 4}:{column}"


def test_a_folder_of_others_holds_policies_alone(tmp_path: Path) -> None:
    Folder(tmp_path).write("deep/cap.yml", CAP)
    policies, found = read_pinned(tmp_path, tmp_path / "project")
    assert ([p.name for p in policies], found) == (["cap"], [])
    assert policies[0].pinned == str(tmp_path)
    assert str(policies[0].locate(())) == f"{tmp_path}/deep/cap.yml:4:1"
    Folder(tmp_path).write("task.yaml", task("one"))
    assert [d.code for d in read_pinned(tmp_path, tmp_path)[1]] == ["policy/folder"]


@pytest.mark.parametrize("name", ["nothing", "empty", "file"])
def test_a_folder_that_holds_no_policy_stops_everything(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text(CAP)
    assert [d.code for d in read_pinned(tmp_path / name, tmp_path)[1]] == ["policy/folder"]
