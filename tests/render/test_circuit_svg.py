"""Pictures of circuits: what is drawn where, and that any program makes a sound and harmless picture."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.core.qasm.parse import parse
from reconciler.render.circuit_layout import MOST_COLUMNS, MOST_ROWS, layout_of
from reconciler.render.circuit_svg import circuit_svg
from tests.core.qasm.programs import PROGRAMS
from tests.core.qasm.test_parse import TOKENS

_NAMES = "{http://www.w3.org/2000/svg}"


def sound(picture: str) -> ElementTree.Element:
    """The picture, parsed."""
    return ElementTree.fromstring(picture)  # noqa: S314 - of our own making


def drawn(text: str) -> list[tuple[str, int, str, tuple[int, ...], tuple[int, ...]]]:
    """What stands in which column: look or mark, values, rows, controls."""
    return [
        (item.mark or item.look, item.column, item.values, item.rows, item.controls)
        for item in layout_of(parse(text)).items
    ]


def test_what_happens_at_once_shares_a_column() -> None:
    assert drawn("qubit[3] q; h q[0]; rx(pi/2) q[2]; cnot q[0], q[2]; x q[1];") == [
        ("H", 0, "", (0,), ()),
        ("RX", 0, "pi/2", (2,), ()),
        ("plus", 1, "", (2,), (0,)),
        ("X", 2, "", (1,), ()),  # the line of the gate before runs through its wire
    ]


def test_controls_of_names_and_of_modifiers() -> None:
    (gate,) = layout_of(parse("qubit[4] q; ctrl @ negctrl @ cz q[3], q[1], q[0], q[2];")).items
    assert (gate.controls, gate.open, gate.rows) == ((3, 0, 2), (1,), ())
    (gate,) = layout_of(parse("qubit[2] q; ctrl @ inv @ s q[0], q[1];")).items
    assert (gate.mark, gate.controls, gate.rows) == ("inv S", (0,), (1,))
    (gate,) = layout_of(parse("qubit q; ctrl @ gphase(1) q;")).items
    assert (gate.controls, gate.rows) == ((0,), ())


def test_whole_registers_and_computed_elements() -> None:
    assert [item[3] for item in drawn("qubit[2] q; h q; x q[i];")] == [(0,), (1,), (0,), (1,)]
    assert [item[2] for item in drawn("qubit[2] q; bit[2] c; c = measure q;")] == ["c[0]", "c[1]"]


def test_blocks_are_frames_with_their_words() -> None:
    text = "qubit[2] q; bit c;\nif (c == 1) { x q[0]; while (c == 1) { h q[1]; } } else z q[1];\nbox { x q[0]; }"
    frames = [(frame.label, frame.depth) for frame in layout_of(parse(text)).frames]
    assert frames == [("while (c == 1)", 1), ("if (c == 1)", 0), ("else", 0), ("box", 0)]
    assert [frame.label for frame in layout_of(parse("#pragma braket verbatim\nbox { x $0; }")).frames] == ["verbatim"]


def test_large_circuits_are_folded() -> None:
    layout = layout_of(parse("qubit[2] q;" + "h q[0];" * 400))
    assert (layout.columns, len(layout.items), layout.more) == (MOST_COLUMNS, MOST_COLUMNS, 400 - MOST_COLUMNS)
    picture = circuit_svg(layout_program := parse("qubit[2] q;" + "h q[0];" * 400))
    assert f"… {400 - MOST_COLUMNS} more operations are not drawn." in picture
    assert len(picture) < 60_000
    assert layout_program.broken is None
    wide = layout_of(parse("qubit[100] q; x q[99]; x q[3];"))
    assert (len(wide.wires), wide.hidden, wide.more, len(wide.items)) == (MOST_ROWS, 100 - MOST_ROWS, 1, 1)


def test_after_the_fold_nothing_is_drawn_out_of_order() -> None:
    text = "qubit[2] q;" + "h q[0];" * MOST_COLUMNS + "cnot q[0], q[1]; x q[1];"
    layout = layout_of(parse(text))
    assert layout.more == 2
    assert all(item.rows == (0,) for item in layout.items)


def test_huge_registers_cost_nothing() -> None:
    layout = layout_of(parse("qubit[99999999] q; x q[0];"))
    assert layout.hidden == 99_999_999 - MOST_ROWS


def test_a_picture_is_accessible_and_stands_alone() -> None:
    picture = circuit_svg(parse("qubit[2] q; h q[0];\n#pragma braket result probability\n"), title="Bell <pair>")
    root = sound(picture)
    told = {part.tag.removeprefix(_NAMES): part for part in root[:2]}
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == f"{told['title'].get('id')} {told['desc'].get('id')}"
    assert told["title"].text == "Bell <pair>"
    assert told["desc"].text == "2 qubits: q[0], q[1]. h q[0]; Results: probability"
    assert not re.search(r"<script|href|url\(|@import|@font-face|\bon\w+=", picture)
    assert "currentColor" in picture


def test_two_pictures_of_a_page_share_no_ids() -> None:
    one, other = (set(re.findall(r' id="([^"]+)"', circuit_svg(parse(text)))) for text in ("x q;", "y q;"))
    assert len(one) == 2
    assert not one & other


def test_a_broken_program_is_drawn_up_to_its_break() -> None:
    picture = circuit_svg(parse("qubit q; h q;\nx q"))
    assert "The program breaks off here: The program ends where `;` is expected." in picture
    assert ">H<" in picture


@pytest.mark.parametrize("why", PROGRAMS)
def test_every_program_makes_a_sound_picture(why: str) -> None:
    sound(circuit_svg(parse(PROGRAMS[why]), title=why))


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from([*TOKENS, "<b>", "&", "]]>", "\x1b", "\u202e"]), max_size=40).map(" ".join),
    st.text(max_size=20),
)
def test_any_text_makes_a_sound_picture(text: str, title: str) -> None:
    root = sound(circuit_svg(parse(text), title=title))
    assert float(root.get("width") or 0) > 0
