"""Texts to documents: values, positions found again, and everything that is refused."""

from __future__ import annotations

import gc
from typing import Any

import pytest

from reconciler.core.collector import collector_paused
from reconciler.core.diagnostic import Diagnostic
from reconciler.manifest import parser
from reconciler.manifest.place import ManifestText
from reconciler.manifest.yaml import Document, read_documents


def read(text: str) -> tuple[list[Document], list[Diagnostic]]:
    found: list[Diagnostic] = []
    return list(read_documents(ManifestText("m.yaml", text), found)), found


def values(text: str) -> list[Any]:
    documents, found = read(text)
    assert not found
    return [document.value for document in documents]


def codes(text: str) -> list[tuple[str, str]]:
    return [(problem.code, str(problem.where).removeprefix("m.yaml:")) for problem in read(text)[1]]


def test_values_of_several_documents() -> None:
    text = (
        "a: {b: [1, 'x', \"1\", ~]}\n---\n--- # empty ones are skipped\n- !!str 12\n- !!float 1\n- |\n  two\n  lines\n"
    )
    assert values(text) == [{"a": {"b": [1, "x", "1", None]}}, ["12", 1.0, "two\nlines\n"]]


def test_aliases_stand_for_their_value() -> None:
    assert values("a: &x [1, 2]\nb: *x\n") == [{"a": [1, 2], "b": [1, 2]}]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: 1\nb:\n  c: 1\n  c: 2\n", ("yaml/duplicate-key", "4:3")),
        ('a: 1\n"a": 2\n', ("yaml/duplicate-key", "2:1")),
        ("1: x\n", ("yaml/key", "1:1")),
        ("[a]: x\n", ("yaml/key", "1:1")),
        ("no: x\ntrue: y\n", ("yaml/key", "2:1")),
        ("a: &x {b: 1}\nc: {<<: *x}\n", ("yaml/merge-key", "2:5")),
        ("a: !mine x\n", ("yaml/tag", "1:4")),
        ("a: !!python/none x\n", ("yaml/tag", "1:4")),
        ("a: !!int true\n", ("yaml/tag", "1:4")),
        ("a: !!int x\n", ("yaml/tag", "1:4")),
        ("a: .inf\n", ("yaml/number", "1:4")),
        ("a:\n\tb: 1\n", ("yaml/syntax", "2:1")),
        ("a: b: c\n", ("yaml/syntax", "1:5")),
        ("a: *x\n", ("yaml/syntax", "1:4")),
        ("a: \x07\n", ("yaml/character", "1:4")),
        ("a: &x [*x]\n", ("yaml/too-large", "1:1")),
    ],
)
def test_refused(text: str, problem: tuple[str, str]) -> None:
    assert codes(text) == [problem]


def test_a_duplicate_names_both_lines() -> None:
    (problem,) = read("a: 1\nb: 2\na: 3\n")[1]
    assert problem.detail == '"a" stands on line 1 already, and again on line 3: one of the two values would be lost.'
    assert problem.excerpt == "a: 3"


def test_an_alias_bomb_is_refused_before_it_is_expanded() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]
    assert codes("\n".join(lines)) == [("yaml/too-large", "1:1")]  # 10**30 values: expanding would never end


@pytest.mark.parametrize("text", ["[" * 200_000, "{a: " * 200_000, "- " * 200_000 + "x", "? " * 100_000 + "x"])
def test_deep_nesting_is_refused_and_does_not_end_the_process(text: str) -> None:
    assert [code for code, _ in codes(text)] == ["yaml/too-deep"]


def test_a_broken_document_does_not_hide_the_others() -> None:
    documents, found = read("a: 1\n---\nb: [1\n---\nc: 'x\n---\n\td: 1\n---\ne: 5\n")
    assert [document.value for document in documents] == [{"a": 1}, {"e": 5}]
    assert [(problem.code, problem.where.line) for problem in found if problem.where] == [
        ("yaml/syntax", 4),
        ("yaml/syntax", 6),
        ("yaml/syntax", 7),
    ]


def test_positions_are_found_again() -> None:
    text = "# first\nü: 1\n--- {a: [1, {b: ü}]}\n---\n# third\nspec:\n  k:\n    - x\n    - y: 2\n"
    documents, _ = read(text)
    first, second, third = (document.place for document in documents)
    assert str(first.locate(("ü",))) == "m.yaml:2:4"
    assert str(second.locate(("a", 1, "b"))) == "m.yaml:3:17"
    assert str(third.locate(("spec", "k", 1, "y"))) == "m.yaml:9:10"
    assert str(third.spot(("spec", "k", 1, "y"), key=True).where) == "m.yaml:9:7"
    assert third.spot(("spec", "k", 0)).excerpt == "    - x"
    assert str(third.locate(("spec", "k", "absent"))) == "m.yaml:7:3"
    assert str(third.locate_spec(("k",))) == "m.yaml:7:3"


def test_an_indented_root_is_found_again() -> None:
    documents, _ = read("---\n  a: 1\n  b: 2\n")
    assert str(documents[0].place.locate(("b",))) == "m.yaml:3:6"


def test_without_libyaml_the_result_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "a: {b: [1, 'x', 1e-6]}\n---\nc: |\n  ü\nd: *x\n---\ne: 1\n"
    expected = [document.value for document in read(text)[0]], codes(text)
    monkeypatch.setattr(parser, "node_parser", lambda _: pytest.fail("not used"))

    class Pure(parser._Resolving, parser._PureParser):
        pass

    monkeypatch.setattr("reconciler.manifest.yaml.node_parser", Pure)
    assert ([document.value for document in read(text)[0]], codes(text)) == expected


def test_the_collector_is_switched_back_on_after_an_error() -> None:
    assert gc.isenabled()
    with pytest.raises(KeyError), collector_paused():
        raise KeyError(gc.isenabled())
    assert gc.isenabled()
