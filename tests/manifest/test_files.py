"""Which files are read, and that none outside the project is."""

from __future__ import annotations

import os

import pytest

from tests.manifest.project import PROJECT, Folder, only, said, task


def names(folder: Folder) -> list[str]:
    loaded = folder.load()
    assert not loaded.diagnostics
    return [declared.address.name for declared in loaded.resources]


def test_discovery(folder: Folder) -> None:
    folder.write("qctl.yaml", PROJECT + "  state: {path: kept}\n---\n" + task("in-project-file"))
    folder.write("b/deep/er.yaml", task("deep"))
    folder.write("a.yaml", task("top"))
    folder.write(".hidden/x.yaml", task("hidden"))
    folder.write(".x.yaml", task("hidden-file"))
    folder.write("state/x.yaml", task("state"))
    folder.write("kept/x.yaml", task("kept"))
    folder.write("b/state/x.yaml", task("b-state"))
    folder.write("other/qctl.yaml", PROJECT)
    folder.write("other/x.yaml", task("other"))
    folder.write("environment.yaml", "name: conda\n\tnot yaml")
    assert names(folder) == ["b-state", "deep", "in-project-file", "top"]


def test_exactly_the_files_given(folder: Folder) -> None:
    folder.write("qctl.yaml", PROJECT + "---\n" + task("in-project-file"))
    given = folder.write("a.yml", task("given"))
    folder.write("b.yaml", task("not-given"))
    assert only(folder.load(files=[given])).address.name == "given"
    both = folder.load(files=[given, folder.root / "qctl.yaml"])
    assert [declared.address.name for declared in both.resources] == ["given", "in-project-file"]
    assert said(folder.load(files=[folder.root / "absent.yaml"])) == [("file/not-found", "absent.yaml")]


def test_a_yml_file_is_pointed_out(folder: Folder) -> None:
    folder.write("tasks.yml", task("t"))
    folder.write("compose.yml", "services: {}\n")
    (found,) = folder.load().diagnostics
    assert (found.code, found.severity, str(found.where)) == ("file/ignored", "warning", "tasks.yml")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("/etc/hostname", "file/outside"),
        ("../secret.qasm", "file/outside"),
        ("link.qasm", "file/outside"),
        ("linked/secret.qasm", "file/outside"),
        ("'C:\\x.qasm'", "file/outside"),
        ('"a\\0b"', "file/outside"),
        ("pipe", "file/unreadable"),
        (".", "file/unreadable"),
        ("loop", "file/unreadable"),
        ("bad.qasm", "file/unreadable"),
        ("big.qasm", "file/too-large"),
        ("d.qasm", "file/not-found"),
        ("c.qasm/x", "file/not-found"),
        (f"{'x' * 300}.qasm", "file/unreadable"),
    ],
)
def test_program_files_that_are_refused(folder: Folder, name: str, code: str) -> None:
    folder.write("../secret.qasm", "secret")
    (folder.root / "link.qasm").symlink_to("../secret.qasm")
    (folder.root / "linked").symlink_to("..")
    (folder.root / "loop").symlink_to("loop")
    os.mkfifo(folder.root / "pipe")
    folder.write("bad.qasm", b"OPENQASM 3.0;\n// caf\xe9\n")
    folder.write("big.qasm", b" " * 4_000_001)
    loaded = folder.load(task("t").replace("c.qasm", name))
    where = "bad.qasm:2:7" if name == "bad.qasm" else "tasks.yaml:7:23"
    assert said(loaded) == [(code, where)]
    assert loaded.resources == ()


def test_a_link_that_stays_inside_is_followed(folder: Folder) -> None:
    (folder.root / "link.qasm").symlink_to("c.qasm")
    assert only(folder.load(task("t").replace("c.qasm", "link.qasm"))).files["program.openqasm"].name == "c.qasm"


def test_a_missing_file_is_said_at_each_document_that_names_it(folder: Folder) -> None:
    text = task("t").replace("c.qasm", "d.qasm")
    assert folder.found(text, text.replace("name: t", "name: u")) == [
        ("file/not-found", "tasks.yaml:7:23"),
        ("file/not-found", "tasks.yaml:15:23"),
    ]


def test_a_manifest_that_leads_out_is_refused(folder: Folder) -> None:
    folder.write("../elsewhere.yaml", task("t"))
    (folder.root / "link.yaml").symlink_to("../elsewhere.yaml")
    assert folder.found() == [("file/outside", "link.yaml")]


def test_manifests_are_utf8(folder: Folder) -> None:
    folder.write("tasks.yaml", b"\xef\xbb\xbf" + task("t").encode())
    assert names(folder) == ["t"]
    folder.write("tasks.yaml", task("t").encode() + "  # ü ".encode() + b"\xff\n")
    assert folder.found() == [("yaml/encoding", "tasks.yaml:8:7")]


def test_a_manifest_is_bounded(folder: Folder) -> None:
    folder.write("tasks.yaml", b"#" * 16_000_001)
    assert folder.found() == [("file/too-large", "tasks.yaml")]


def test_include_is_refused_at_its_line(folder: Folder) -> None:
    folder.write("c.qasm", '// include "a"\n/* include\n"b" */ qubit include_1;\n  include "mygates.inc";\n')
    assert folder.found(task("t"), task("u")) == [("program/include", "c.qasm:4:3")]


def test_an_include_after_a_known_one_is_refused_too(folder: Folder) -> None:
    folder.write("c.qasm", 'include "stdgates.inc"; include "/etc/passwd"; qubit q; x q;')
    assert folder.found(task("t")) == [("program/include", "c.qasm:1:25")]


@pytest.mark.parametrize("name", ["stdgates.inc", "qelib1.inc"])
def test_the_files_that_everybody_includes_are_known(folder: Folder, name: str) -> None:
    folder.write("c.qasm", f'OPENQASM 3.0;\ninclude "{name}";\nqubit[2] q;\ncx q[0], q[1];\n')
    assert folder.found(task("t")) == []


def test_what_braket_has_no_words_for_is_said_at_its_line(folder: Folder) -> None:
    folder.write("c.qasm", 'OPENQASM 2.0;\ninclude "qelib1.inc";\nqreg q[2];\nopaque a q;\na q[0]; foo q[1];\n')
    assert folder.found(task("t"), task("u")) == [
        ("program/untranslatable", "c.qasm:5:1"),
        ("program/untranslatable", "c.qasm:5:9"),
    ]


def test_it_is_said_at_its_place_in_an_inline_program(folder: Folder) -> None:
    text = '\n    openqasm: |\n      include "stdgates.inc";\n      qubit q;\n      x q; foo q;'
    assert folder.found(task("t").replace("{openqasm: c.qasm}", text)) == [
        ("program/untranslatable", "tasks.yaml:11:12")
    ]


def test_include_is_found_in_an_inline_program(folder: Folder) -> None:
    block = task("t").replace("{openqasm: c.qasm}", '\n    openqasm: |\n      OPENQASM 3.0;\n      include "x";')
    assert folder.found(block) == [("program/include", "tasks.yaml:10:7")]
    flow = task("t").replace("{openqasm: c.qasm}", "{openqasm: 'OPENQASM 3.0; include \"x\";'}")
    assert folder.found(flow) == [("program/include", "tasks.yaml:7:23")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (b"", [("program/empty", "c.qasm:1:1")]),
        (b"\n", [("program/empty", "c.qasm:1:1")]),
        (b"OPENQASM 3.0;\n", [("program/empty", "c.qasm:1:1")]),
        (b"// h q;\n/* qubit q; */ OPENQASM 3; ;\n", [("program/empty", "c.qasm:1:1")]),
        (b"qubit q;\nh \x00q;\n", [("program/character", "c.qasm:2:3")]),
        (b"qubit q; // \x1b[31m\n", [("program/character", "c.qasm:1:13")]),
        (b"OPENQASM 3.0;\r\n\tqubit q;\r\n", []),
        (b"#pragma braket verbatim\n", []),
    ],
)
def test_a_program_that_is_none_is_refused_at_its_place(
    folder: Folder, text: bytes, found: list[tuple[str, str]]
) -> None:
    folder.write("c.qasm", text)
    assert folder.found(task("t"), task("u")) == found


def test_an_inline_program_that_is_none_is_refused_too(folder: Folder) -> None:
    for text, code in (('"h q;\\0"', "program/character"), ('"OPENQASM 3.0;"', "program/empty")):
        flow = task("t").replace("{openqasm: c.qasm}", f"{{openqasm: {text}}}")
        assert folder.found(flow) == [(code, "tasks.yaml:7:23")]


def test_what_jaqcd_has_no_words_for_is_said_at_its_instruction(folder: Folder) -> None:
    header = '{"braketSchemaHeader": {"name": "braket.ir.jaqcd.program", "version": "1"},\n'
    folder.write("c.json", header + ' "instructions": [\n  {"type": "h", "target": 0},\n  {"type": "foo"}]}\n')
    found = folder.found(task("t").replace("{openqasm: c.qasm}", "{ir: c.json}"))
    assert found == [("program/untranslatable", "c.json:4:3")]
