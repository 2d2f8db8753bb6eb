"""Overlays: what they change, what they can't, and that every mistake in one is shown at its line."""

from __future__ import annotations

import random
from collections.abc import Iterator
from textwrap import dedent, indent
from typing import Any

import pytest

from reconciler.core.diagnostic import Diagnostic
from reconciler.manifest.fingerprint import manifests_fingerprint
from reconciler.manifest.load import Loaded
from reconciler.manifest.place import ManifestText
from reconciler.manifest.yaml import Document, read_documents
from tests.manifest.project import PROJECT, SIM, Folder, only, said, task

GARNET = "arn:aws:braket:eu-north-1::device/qpu/iqm/Garnet"


def overlay(*patches: str, name: str = "prod", spec: str = "") -> str:
    """One Overlay; each patch is `TARGET: YAML of its merge`, the merge in flow style."""
    lines = ["apiVersion: qctl/v1alpha1", "kind: Overlay", f"metadata: {{name: {name}}}", "spec:"]
    lines += [indent(dedent(spec).rstrip(), "  ")] if spec else []
    lines.append("  patches:")
    for patch in patches:
        target, merge = patch.split(": ", 1)
        lines += [f"    - target: {target}", f"      merge: {merge}"]
    return "\n".join(lines) + "\n"


def shots(loaded: Loaded) -> dict[str, Any]:
    assert not loaded.diagnostics, loaded.diagnostics
    return {str(d.address): d.spec.shots for d in loaded.resources}


def test_an_overlay_is_for_its_environment_alone(folder: Folder) -> None:
    documents = task("a"), overlay("QuantumTask/a: {spec: {shots: 7}}")
    assert shots(folder.load(*documents, env="prod")) == {"QuantumTask/a": 7}
    assert shots(folder.load(*documents)) == {"QuantumTask/a": 100}
    assert shots(folder.load(*documents, env=None)) == {"QuantumTask/a": 100}


def test_it_may_be_for_several(folder: Folder) -> None:
    documents = task("a"), overlay("QuantumTask/a: {spec: {shots: 7}}", spec="environments: [ci, staging]")
    assert shots(folder.load(*documents, env="ci")) == shots(folder.load(*documents, env="staging"))
    assert folder.load(*documents, env="ci").environments == ("default", "ci", "staging")
    assert said(folder.load(*documents, env="prod")) == [("environment/unknown", "")]


def test_a_kind_means_all_of_it_and_one_document_is_stronger(folder: Folder) -> None:
    documents = [task("a"), task("b"), overlay("QuantumTask: {spec: {shots: 7}}", "QuantumTask/b: {spec: {shots: 9}}")]
    for _ in range(6):
        random.Random(str(documents)).shuffle(documents)
        assert shots(folder.load(*documents, env="prod")) == {"QuantumTask/a": 7, "QuantumTask/b": 9}


def test_patches_apply_before_variables_matrices_and_tags(folder: Folder) -> None:
    folder.write("qctl.yaml", PROJECT + "  variables: {few: {type: integer, default: 3}}\n")
    merge = '{metadata: {tags: {owner: us}}, spec: {shots: "${{ var.few }}", matrix: {n: [1, 2]}}}'
    project = "Project: {spec: {variables: {few: {default: 4}}}}"
    loaded = folder.load(task("a", tags="{team: x}"), overlay(f"QuantumTask/a: {merge}", project), env="prod")
    assert shots(loaded) == {"QuantumTask/a[n=1]": 4, "QuantumTask/a[n=2]": 4}
    assert loaded.resources[0].spec.tags == {"team": "x", "owner": "us"}


def test_the_project_is_patched_before_it_is_read(folder: Folder) -> None:
    merge = f'{{spec: {{devices: {{sim: "{GARNET}", more: "{SIM}"}}, state: {{path: elsewhere}}}}}}'
    loaded = folder.load(task("a", device="more"), overlay(f"Project: {merge}"), env="prod")
    assert loaded.project is not None
    assert loaded.project.spec.device_names == {"sim": GARNET, "more": SIM}
    assert loaded.project.spec.state.path == "elsewhere"
    assert not loaded.diagnostics


def test_null_removes_and_an_escaped_kind_is_an_overlay_too(folder: Folder) -> None:
    text = overlay("QuantumTask/a: {metadata: {tags: {team: null}}}").replace("kind: Overlay", 'kind: "\\x4fverlay"')
    assert only(folder.load(task("a", tags="{team: x, owner: us}"), text, env="prod")).spec.tags == {"owner": "us"}


# Each mistake: the overlay, and where its diagnostic points. Line 6 holds the first target, line 7 its merge.
MISTAKES = {
    "a value": (["QuantumTask/a: {spec: {shots: many}}"], [("manifest/wrong-type", "7:29")]),
    "an unknown key": (["QuantumTask/a: {spec: {shotz: 5}}"], [("manifest/unknown-key", "7:22")]),
    "a key further in": (["QuantumTask/a: {spec: {run: {generatio: 2}}}"], [("manifest/unknown-key", "7:28")]),
    "a missing key": (["QuantumTask/a: {spec: {device: null}}"], [("manifest/missing-key", "7:30")]),
    "a device": (["QuantumTask/a: {spec: {device: sin}}"], [("project/unknown-device", "7:30")]),
    "a file": (["QuantumTask/a: {spec: {program: {openqasm: d.qasm}}}"], [("file/not-found", "7:42")]),
    "a mapping as a whole": (
        ["QuantumTask/a: {spec: {program: {ahs: c.qasm}}}"],
        [("manifest/invalid-value", "7:31")],
    ),
    "an expression": (['QuantumTask/a: {spec: {shots: "${{ var.x }}"}}'], [("variable/unknown", "7:29")]),
    "a matrix": (["QuantumTask/a: {spec: {matrix: {n: [1, 1]}}}"], [("matrix/duplicate", "7:38")]),
    "a tag": (["QuantumTask/a: {metadata: {tags: {qctl:x: y}}}"], [("manifest/invalid-value", "7:33")]),
    "a device of the project": (["Project: {spec: {devices: {sim: none}}}"], [("manifest/invalid-value", "7:37")]),
    "a mapping of the project": (
        ["Project: {spec: {providers: {braket: {profile: us}}}}"],
        [("manifest/invalid-value", "7:42")],
    ),
    "a document that is not there": (["QuantumTask/b: {spec: {shots: 5}}"], [("overlay/target", "6:15")]),
    "a kind that is not there": (["Batch: {spec: {}}"], [("overlay/target", "6:15")]),
    "no kind": (["QuantumTusk: {spec: {shots: 5}}"], [("overlay/target", "6:15")]),
    "a policy": (["Policy: {spec: {}}"], [("overlay/target", "6:15")]),
    "an overlay": (["Overlay: {spec: {}}"], [("overlay/target", "6:15")]),
    "a point of a sweep": (['"QuantumTask/a[n=1]": {spec: {}}'], [("overlay/target", "6:15")]),
    "a name of the project": (["Project/study: {spec: {}}"], [("overlay/target", "6:15")]),
    "no name at all": (["QuantumTask/: {spec: {}}"], [("overlay/target", "6:15")]),
    "several, one is wrong": (["[QuantumTask/a, QuantumTask/b]: {spec: {shots: 5}}"], [("overlay/target", "6:31")]),
    "who the project is": (["Project: {metadata: {uid: abcdefgh}}"], [("overlay/identity", "7:26")]),
    "which environments there are": (["Project: {spec: {environments: [a]}}"], [("overlay/identity", "7:22")]),
    "the name of a resource": (["QuantumTask/a: {metadata: {name: b}}"], [("overlay/identity", "7:26")]),
    "its kind": (["QuantumTask/a: {kind: Batch}"], [("overlay/identity", "7:15")]),
    "beside the spec": (["QuantumTask/a: {shots: 5}"], [("manifest/unknown-key", "7:15")]),
    "the whole spec": (["QuantumTask/a: {spec: null}"], [("manifest/wrong-type", "7:21")]),
    "nothing to remove": (["QuantumTask/a: {spec: {shotz: null}}"], [("overlay/removes-nothing", "7:22")]),
    "itself": (
        ["QuantumTask/a: {spec: {shots: 1}}", "QuantumTask/a: {spec: {shots: 2}}"],
        [("overlay/conflict", "9:29")],
    ),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_shown_at_the_line_of_the_overlay(case: str, folder: Folder) -> None:
    patches, places = MISTAKES[case]
    folder.write("prod.yaml", overlay(*patches))
    loaded = folder.load(task("a"), env="prod")
    assert said(loaded) == [(code, f"prod.yaml:{place}") for code, place in places]
    line = (folder.root / "prod.yaml").read_text().splitlines()[int(places[0][1].partition(":")[0]) - 1]
    assert loaded.diagnostics[0].excerpt == line


def test_a_mistake_of_the_document_stays_its_own(folder: Folder) -> None:
    folder.write("prod.yaml", overlay("QuantumTask/a: {spec: {shots: 5}}"))
    assert said(folder.load(task("a", spec="shotz: 3"), env="prod")) == [("manifest/unknown-key", "tasks.yaml:8:3")]


def test_what_was_wrong_may_be_put_right_by_an_overlay(folder: Folder) -> None:
    folder.write("prod.yaml", overlay("QuantumTask/a: {spec: {shots: 5}}"))
    assert said(folder.load(task("a", shots="many"))) == [("manifest/wrong-type", "tasks.yaml:6:10")]
    assert shots(folder.load(task("a", shots="many"), env="prod")) == {"QuantumTask/a": 5}


INLINE = """
        spec:
          program:
            openqasm: |
              qubit q;
              include "x";"""


def test_an_inline_program_of_an_overlay_has_its_places(folder: Folder) -> None:
    text = overlay("QuantumTask/a: {spec: {}}").replace("{spec: {}}", INLINE)
    folder.write("prod.yaml", text)
    assert said(folder.load(task("a"), env="prod")) == [("program/include", "prod.yaml:12:15")]


def test_two_overlays_that_differ_name_both_places_in_any_order(folder: Folder) -> None:
    one = overlay("QuantumTask/a: {spec: {shots: 1}}", name="one", spec="environments: [prod, ci]")
    other = overlay("QuantumTask/a: {spec: {shots: 2}}", name="other", spec="environments: [prod]")
    folder.write("a/one.yaml", one)
    folder.write("other.yaml", other)
    (found,) = folder.load(task("a"), env="prod").diagnostics
    assert (found.code, str(found.where)) == ("overlay/conflict", "other.yaml:8:29")
    assert "spec.shots of QuantumTask/a is said otherwise at a/one.yaml:8:29 for the environment prod" in found.detail
    assert shots(folder.load(task("a"), env="ci")) == {"QuantumTask/a": 1}
    (folder.root / "a" / "one.yaml").rename(folder.root / "z.yaml")
    (turned,) = folder.load(task("a"), env="prod").diagnostics
    assert str(turned.where) == "z.yaml:8:29"
    assert "other.yaml:8:29" in turned.detail


def test_a_name_stands_once(folder: Folder) -> None:
    folder.write("prod.yaml", overlay("QuantumTask/a: {spec: {shots: 5}}"))
    folder.write("zwei.yaml", overlay("QuantumTask/a: {spec: {shots: 5}}"))
    assert said(folder.load(task("a"))) == [("manifest/duplicate", "zwei.yaml:3:18")]


def test_declared_environments_are_all_that_there_are(folder: Folder) -> None:
    folder.write("qctl.yaml", PROJECT + "  environments: [ci, prod]\n")
    folder.write("prod.yaml", overlay("QuantumTask/a: {spec: {shots: 5}}"))
    assert folder.load(task("a"), env="prod").environments == ("ci", "prod")
    (mistyped,) = folder.load(task("a"), env="prd").diagnostics
    assert (mistyped.code, mistyped.remedy) == ("environment/unknown", 'Did you mean "prod"?')
    (unnamed,) = folder.load(task("a")).diagnostics
    assert (unnamed.code, unnamed.remedy) == ("environment/unknown", "Say which with --env NAME.")
    folder.write("prod.yaml", overlay("QuantumTask/a: {spec: {shots: 5}}", name="prodd"))
    (found,) = folder.load(task("a"), env="prod").diagnostics
    assert (found.code, str(found.where)) == ("environment/unknown", "prod.yaml:3:18")


def test_without_overlays_any_environment_will_do(folder: Folder) -> None:
    assert not folder.load(task("a"), env="whatever").diagnostics
    assert folder.load(task("a"), env="whatever").environments == ()


def test_a_name_that_no_environment_can_have_needs_the_list(folder: Folder) -> None:
    folder.write("v.yaml", overlay("QuantumTask/a: {spec: {shots: 5}}", name="v1.2"))
    assert said(folder.load(task("a"))) == [("manifest/invalid-value", "v.yaml:3:18")]


def test_with_named_files_overlays_are_read_all_the_same(folder: Folder) -> None:
    """Or a part of a project would be read for another environment than the whole."""
    folder.write("prod.yaml", overlay("QuantumTask/a: {spec: {shots: 5}}", "QuantumTask/b: {spec: {shots: 6}}"))
    folder.write("b.yaml", task("b"))
    folder.load(task("a"))
    given = [folder.root / "tasks.yaml"]
    assert shots(folder.load(files=given, env="prod")) == {"QuantumTask/a": 5}
    before = manifests_fingerprint(folder.root, given)
    folder.write("prod.yaml", overlay("QuantumTask/a: {spec: {shots: 8}}"))
    assert manifests_fingerprint(folder.root, given) != before


@pytest.mark.parametrize("spec", ["patches: 5", "patches: []", "patches: [{target: Project}]", "{}", "[]", "null"])
def test_what_is_no_overlay_is_explained(spec: str, folder: Folder) -> None:
    head = "apiVersion: qctl/v1alpha1\nkind: Overlay\nmetadata: {name: x}\n"
    body = f"spec: {{{spec}}}\n" if spec.startswith("patches") else f"spec: {spec}\n"
    assert {str(found.where).partition(":")[0] for found in folder.load(task("a"), head + body).diagnostics} == {
        "tasks.yaml"
    }


def test_contradictions_without_end_are_not_all_told(folder: Folder) -> None:
    """Each is looked up in all that was said: of a hundred thousand nobody would see the end."""
    many = ", ".join(f"k{n}: {{x: 1}}" for n in range(200))
    other = ", ".join(f"k{n}: 1" for n in range(200))
    merges = [f"QuantumTask/a: {{spec: {{program: {{inputs: {{{one}}}}}}}}}" for one in (many, other)]
    found = folder.load(task("a"), overlay(*merges), env="prod").diagnostics
    assert len([one for one in found if one.code == "overlay/conflict"]) == 20


def test_each_text_is_parsed_once(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def count(file: ManifestText, found: list[Diagnostic]) -> Iterator[Document]:
        read.append(file.name)
        return read_documents(file, found)

    monkeypatch.setattr("reconciler.manifest.load.read_documents", count)
    folder.write("prod.yaml", overlay("QuantumTask/a: {spec: {shots: 5}}") + "---\n" + task("b"))
    assert len(folder.load(task("a"), env="prod").resources) == 2
    assert sorted(read) == ["prod.yaml", "qctl.yaml", "tasks.yaml"]
