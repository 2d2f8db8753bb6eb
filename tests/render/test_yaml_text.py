"""What is printed as YAML is read back as the same value, and no text in it reaches a terminal as a command."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core.diagnostic import Diagnostic
from reconciler.manifest.place import ManifestText
from reconciler.manifest.yaml import read_documents
from reconciler.render.yaml_text import yaml_lines

_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    [
        "on",
        "No",
        "null",
        "~",
        "1e3",
        "0x1F",
        "a: b",
        "a #b",
        "- x",
        "a\nb",
        "a\nb\n",
        "\n",
        " a\nb",
        "a \nb",
        "::",
        "a:",
    ]
)
_SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | _TEXTS
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(_TEXTS, _VALUES, min_size=1, max_size=3))
def test_it_is_read_back_as_it_was(value: dict[str, Any]) -> None:
    text = "".join(f"{line}\n" for line, _ in yaml_lines(value))
    found: list[Diagnostic] = []
    (document,) = read_documents(ManifestText("x.yaml", text), found)
    assert not found
    assert repr(document.value) == repr(value), "types stay"


@given(st.text(max_size=20))
def test_every_line_is_visible(text: str) -> None:
    assert all(line.isprintable() for line, _ in yaml_lines({text: [text]}))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "arn:aws:braket:::device/quantum-simulator/amazon/sv1",
            "a: arn:aws:braket:::device/quantum-simulator/amazon/sv1",
        ),
        ("\x1b[31m", 'a: "\\x1b[31m"'),
        ("\u202e", 'a: "\\u202e"'),
        ("é", 'a: "é"'),
        ("off", 'a: "off"'),
        ("12", 'a: "12"'),
    ],
)
def test_texts(text: str, line: str) -> None:
    assert [shown for shown, _ in yaml_lines({"a": text})] == [line]


def test_leaves_have_their_path() -> None:
    lines = list(yaml_lines({"a": {"b": [{"c": 1, "d": "x\ny\n"}]}, "e": {}}))
    assert lines == [
        ("a:", None),
        ("  b:", None),
        ("    - c: 1", ("a", "b", 0, "c")),
        ("      d: |", ("a", "b", 0, "d")),
        ("        x", None),
        ("        y", None),
        ("e: {}", ("e",)),
    ]
