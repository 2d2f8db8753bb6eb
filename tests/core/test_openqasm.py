"""The canonical form: layout and comments are no content, everything else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core.openqasm import canonical_openqasm

GHZ = """
OPENQASM 3.0;
qubit[3] q;
h q[0];
cnot q[0], q[1];
"""

SAME = [
    ("other line breaks and spaces", "OPENQASM 3.0;qubit[3] q;\r\nh   q [ 0 ] ;\tcnot q[0],q[1];", GHZ),
    ("line comments", "OPENQASM 3.0; // version\nqubit[3] q;\nh q[0];//\ncnot q[0], q[1];", GHZ),
    ("block comments", "OPENQASM 3.0;/* a\nb */qubit[3] q;h/**/q[0];cnot q[0], q[1];", GHZ),
    ("two minus signs are two tokens: OpenQASM has no --", "a - -b;", "a--b;"),
    (
        "spaces inside a pragma",
        "#pragma braket   result state_vector  \nx q;",
        "#pragma braket result state_vector\nx q;",
    ),
    ("a modifier's @ is no annotation", "ctrl @ x a, b; // note", "ctrl @\nx a,\nb;"),
    ("a name that begins like a pragma", "pragmatic = 1; // note", "pragmatic=1;"),
    ("a hexadecimal number that looks like an exponent", "0x1e-6", "0x1e - 6"),
    ("indented annotations", "  @bind foo\nx q;", "@bind foo\n\n x q;"),
    ("a comment that was never begun", "a; // x */\nb;", "a;\nb;"),
    ("Windows line ends around a pragma", "pragma a b\r\nx q;\r\n", "pragma a b\nx q;"),
]

DIFFERENT = [
    ("an operator and its parts", "a ++ b;", "a + + b;"),
    ("powers", "a ** b;", "a * * b;"),
    ("assignments", "a ~= b;", "a ~ = b;"),
    ("shifts", "a << b;", "a < < b;"),
    ("a number and its parts", "1e-6", "1 e-6"),
    ("an exponent and a difference", "1e-6", "1e - 6"),
    ("hexadecimal", "0x1F", "0x 1F"),
    ("durations", "5ns", "5 s"),
    ("floats are as written", "1.0", "1."),
    ("names", "ab", "a b"),
    ("case", "H q;", "h q;"),
    ("qubits of the device", "$0", "$ 0"),
    ("qubits of the device by number", "$0", "$00"),
    ("spaces in strings", 'include "a  b";', 'include "a b";'),
    ("kinds of quotes", "'0'", '"0"'),
    ("a comment's text in a string", '"a//b"', '"a"'),
    ("a pragma's end", "#pragma braket verbatim\nbox{}", "#pragma braket verbatim box{}"),
    ("what looks like a comment in a pragma", "#pragma a // b\n", "#pragma a\n"),
    ("spaces in a pragma's string", '#pragma a "b  c"', '#pragma a "b c"'),
    ("an annotation and a modifier", "@x q;", "@ x q;"),
    ("an annotation's end", "@bind a\nx q;", "@bind a x q;"),
    ("the order of statements", "x q; y q;", "y q; x q;"),
    ("a comment ends at a lone carriage return", "// c\rx q;", "// c\ry q;"),
    ("a pragma ends at a lone carriage return", "pragma a\rx q;", "pragma a x q;"),
    ("a comment without an end", "x; /* y", "x; / * y"),
    ("a string without an end", '"a\nb', '"a b'),
    ("a space that OpenQASM does not know", "x\u00a0q;", "x q;"),
    ("statements in a comment", "x q; // y q;", "x q;  y q;"),
    ("a dimension", "#dim", "# dim"),
]


@pytest.mark.parametrize(("why", "one", "other"), SAME, ids=[why for why, *_ in SAME])
def test_the_same_program(why: str, one: str, other: str) -> None:
    assert canonical_openqasm(one) == canonical_openqasm(other), why


@pytest.mark.parametrize(("why", "one", "other"), DIFFERENT, ids=[why for why, *_ in DIFFERENT])
def test_another_program(why: str, one: str, other: str) -> None:
    assert canonical_openqasm(one) != canonical_openqasm(other), why


def test_golden_form() -> None:
    # A change of this text is a new canonical form: see FORM in digest.py.
    text = 'OPENQASM 3.0;\n#pragma braket  noise flip(0.1) q[0]\nctrl @ x $0,$1; // end\nlet a="b  c";delay[5ns] q;'
    assert canonical_openqasm(text) == (
        'OPENQASM 3.0 ; \n#pragma braket noise flip(0.1) q[0]\n ctrl @ x $0 , $1 ; let a = "b  c" ; delay [ 5ns ] q ;'
    )


# Tokens as the grammar has them (qasm3Lexer.g4), each whole.
_NAMES = ["h", "q", "ctrl", "inv", "pragmatic", "e5", "_x", "π", "ns"]
_NUMBERS = [
    "0",
    "12",
    "1_000",
    "1.5",
    "1.",
    ".5",
    "1e-6",
    "2E+3",
    "0x1F",
    "0x1e",
    "0b101",
    "0o17",
    "5ns",
    "1.5us",
    "2im",
]
_SIGNS = ["[", "]", "{", "}", "(", ")", ":", ";", ".", ",", "=", "->", "+", "++", "-", "*", "**", "/", "%", "|", "||"]
_SIGNS += ["&", "&&", "^", "@", "~", "!", "==", "!=", "+=", "-=", "*=", "/=", "&=", "|=", "~=", "^=", "<<=", ">>="]
_SIGNS += ["%=", "**=", "<", ">", "<=", ">=", "<<", ">>"]
_OTHERS = ["$0", "$12", '"010"', '"a  b"', "'x // y'", "#dim"]
_LINES = ["#pragma braket verbatim", "pragma x", "@bind a /* b", '#pragma a "b  c"']
programs = st.lists(st.sampled_from(_NAMES + _NUMBERS + _SIGNS + _OTHERS + _LINES), max_size=12)
# Each begins with a space: `/` before a comment would be another comment.
_gaps = st.sampled_from(
    [" ", "\n", "\t", "  \r\n ", " /**/", " // c\n", "\n/* a\n// b */", "\r", ' /* " */ ', " // '\r"]
)


def _written(draw: st.DrawFn, program: list[str]) -> str:
    """The tokens with any layout between them; a line of its own ends with a line break."""
    parts = [draw(_gaps)]
    for token in program:
        parts += [token, draw(st.sampled_from(["\n", "\r\n", "  \n"])) if token in _LINES else "", draw(_gaps)]
    return "".join(parts)


@st.composite
def _two_layouts(draw: st.DrawFn) -> tuple[str, str]:
    program = draw(programs)
    return _written(draw, program), _written(draw, program)


@st.composite
def _two_programs(draw: st.DrawFn) -> tuple[list[str], str, list[str], str]:
    """Two token lists that differ little, so that a collision would be met."""
    one = draw(programs)
    at, gone = draw(st.integers(0, len(one))), draw(st.integers(0, 2))
    other = one[:at] + draw(st.lists(st.sampled_from(_NAMES + _NUMBERS + _SIGNS), max_size=2)) + one[at + gone :]
    return one, _written(draw, one), other, _written(draw, other)


@given(_two_layouts())
def test_layout_never_changes_it(texts: tuple[str, str]) -> None:
    assert canonical_openqasm(texts[0]) == canonical_openqasm(texts[1])


@given(_two_programs())
def test_two_programs_never_share_a_form(pair: tuple[list[str], str, list[str], str]) -> None:
    one, one_text, other, other_text = pair
    assert (canonical_openqasm(one_text) == canonical_openqasm(other_text)) is (one == other)


@given(st.text(alphabet="a1.e-+*/@#\"' \n\r\t$<=~pragm", max_size=20))
def test_the_form_of_the_form_is_itself(text: str) -> None:
    once = canonical_openqasm(text)
    assert canonical_openqasm(once) == once


@given(st.text(max_size=30))
def test_any_text_has_a_form_without_outer_layout(text: str) -> None:
    assert canonical_openqasm(text) == canonical_openqasm(f" \n// c\n{text}\n/* d */ ")
