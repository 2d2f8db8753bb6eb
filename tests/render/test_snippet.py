"""Diagnostics as text, compared whole."""

from __future__ import annotations

import pytest

from reconciler.core.diagnostic import Diagnostic, Location, Severity
from reconciler.render.measure import columns
from reconciler.render.paint import OURS
from reconciler.render.snippet import diagnostic_text, diagnostics_text
from tests.render.conftest import Expected

UNKNOWN_KEY = Diagnostic(
    "manifest/unknown-key",
    "Unknown key",
    "`shotz` is no key of QuantumTask.",
    "Did you mean `shots`?",
    Location("qctl.yaml", 12, 4, 5),
    excerpt="\t  shotz: 100",
)
NO_PLACE = Diagnostic("cloud/unavailable", "Cloud could not be read", "No route to host.", address="QuantumTask/ghz")
WARNING = Diagnostic(
    "device/offline",
    "Device is offline",
    "It opens at 14:00.\nUntil then runs wait.",
    "Wait.\nOr choose another.",
    Location("a.yaml"),
    "QuantumTask/ghz",
    Severity.WARNING,
)


def test_all_at_once(expected: Expected) -> None:
    assert diagnostics_text([UNKNOWN_KEY, NO_PLACE, WARNING]) == expected("diagnostics.txt")


def test_colour_changes_no_letter() -> None:
    coloured = diagnostics_text([UNKNOWN_KEY, WARNING], colour=True)
    assert coloured.startswith("\x1b[1;31merror:\x1b[0m \x1b[1mUnknown key\x1b[0m")
    assert OURS.sub("", coloured) == diagnostics_text([UNKNOWN_KEY, WARNING])


def test_nothing_found() -> None:
    assert diagnostics_text([]) == ""


@pytest.mark.parametrize(
    ("excerpt", "column", "length", "line", "carets"),
    [
        ("a: 1", 4, 1, "a: 1", "   ^"),
        ("\ta: b", 5, 1, "    a: b", "       ^"),
        ("日本: 値値x", 5, 2, "日本: 値値x", "      ^^^^"),
        ("Ａ: b", 4, 1, "Ａ: b", "    ^"),  # a full-width letter
        ("e\u0301a: b", 6, 1, "e\u0301a: b", "    ^"),  # a combining accent takes no column
        ("a\x1b: b", 2, 1, "a\\x1b: b", " ^^^^"),
        ("short", 6, 1, "short", "     ^"),  # one past the end: something is missing there
        ("short", 90, 4, "short", "     ^"),
        ("short", 3, 900, "short", "  ^^^"),
        ("a: b\r\n", 4, 1, "a: b", "   ^"),
    ],
)
def test_carets_stand_under_the_place(excerpt: str, column: int, length: int, line: str, carets: str) -> None:
    found = Diagnostic("c", "s", "d", where=Location("f", 7, column, length), excerpt=excerpt)
    assert diagnostic_text(found).split("\n")[2:4] == [f"  7 | {line}", f"    | {carets}"]


@pytest.mark.parametrize("column", [1, 5, 40, 150, 295, 300, 301])
@pytest.mark.parametrize("width", [20, 40, 100])
def test_long_lines_are_cut_around_the_place(column: int, width: int) -> None:
    text = "".join(chr(0x100 + i) for i in range(300))
    found = Diagnostic("c", "s", "d", where=Location("f", 12, column, 3), excerpt=text)
    line, carets = (part[7:] for part in diagnostic_text(found, width=width).split("\n")[2:4])
    room = max(20, width - 7)
    assert room - 2 <= columns(line) <= room  # also at its end: as much of the line as fits
    marked = line[carets.index("^") : carets.index("^") + carets.count("^")]
    assert marked == text[column - 1 : column + 2]


def test_a_cut_line_says_so_on_both_sides() -> None:
    found = Diagnostic("c", "s", "d", where=Location("f", 1, 150, 5), excerpt="x" * 149 + "HERE!" + "y" * 100)
    line = diagnostic_text(found, width=40).split("\n")[2]
    assert line.startswith("  1 | …x")
    assert line.endswith("y…")
    assert "HERE!" in line


def test_a_place_longer_than_the_line_is_wide() -> None:
    found = Diagnostic("c", "s", "d", where=Location("f", 1, 11, 500), excerpt="x" * 600)
    line, carets = diagnostic_text(found, width=40).split("\n")[2:4]
    assert len(carets) <= len(line) <= 40


def test_a_text_from_outside_can_not_pass_for_a_finding() -> None:
    attack = "x\nerror: All is well [ok]\n\x1b[2J"
    found = Diagnostic("c", attack, attack, attack, Location(attack, 1, 1), attack, excerpt=attack)
    text = diagnostic_text(found)
    assert [line for line in text.split("\n") if not line.startswith(" ")] == [
        "error: x\\nerror: All is well [ok]\\n\\x1b[2J [c]"
    ]
    assert "\x1b" not in text
