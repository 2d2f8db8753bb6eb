"""The parser of OpenQASM: what it reads, where it stops, and that it never does anything else."""

from __future__ import annotations

import re

import pytest
from braket.default_simulator.openqasm.parser.openqasm_parser import parse as braket_parse
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from reconciler.core.qasm.parse import parse
from reconciler.core.qasm.reader import DEEPEST
from reconciler.core.qasm.syntax import (
    Barrier,
    Box,
    GateCall,
    GateDefinition,
    Include,
    Input,
    Measure,
    Other,
    Pragma,
    Register,
    Reset,
    Statement,
    Version,
    location,
)
from reconciler.simulate import SimulationFailed
from reconciler.simulate.syntax import strict_syntax
from tests.core.qasm.programs import PROGRAMS

WORDS = {
    "ClassicalAssignment": (Other, Measure),
    "QuantumMeasurementStatement": (Measure,),
    "QuantumGate": (GateCall,),
    "QuantumPhase": (GateCall,),
    "QuantumGateDefinition": (GateDefinition,),
    "QuantumBarrier": (Barrier,),
    "QuantumReset": (Reset,),
    "QubitDeclaration": (Register,),
    "IODeclaration": (Input, Other),
    "Include": (Include,),
    "Pragma": (Pragma,),
    "Box": (Box,),
}


def only(text: str) -> Statement:
    program = parse(text)
    assert program.broken is None
    return program.statements[-1]


def test_a_gate_call_knows_all_its_parts_and_their_places() -> None:
    text = "ctrl(2) @ inv @ rx(pi/4, f(1, 2)) q[0], $1, r[0:2];"
    call = only(text)
    assert isinstance(call, GateCall)
    assert (call.name, call.modifiers, call.parameters) == ("rx", ("ctrl(2)", "inv"), ("pi/4", "f(1, 2)"))
    assert [(operand.name, operand.index) for operand in call.operands] == [("q", "0"), ("$1", ""), ("r", "0:2")]
    assert text[call.span.start : call.span.end] == text
    assert text[call.name_span.start : call.name_span.end] == "rx"
    assert [text[part.span.start : part.span.end] for part in call.operands] == ["q[0]", "$1", "r[0:2]"]


KINDS = [
    ("OPENQASM 3.0;", Version),
    ('include "stdgates.inc";', Include),
    ("qubit[2] q;", Register),
    ("creg c[2];", Register),
    ("input float[64] theta;", Input),
    ("gate g(a) q { x q; }", GateDefinition),
    ("opaque g(a) q, r;", GateDefinition),
    ("h q;", GateCall),
    ("gphase(pi);", GateCall),
    ("measure q -> c;", Measure),
    ("c = measure q;", Measure),
    ("bit c = measure q;", Measure),
    ("barrier;", Barrier),
    ("reset q[0];", Reset),
    ("#pragma braket result state_vector", Pragma),
    ("box { x q; }", Box),
    ("for int i in [0:2] { h q[i]; }", Other),
    ("if(c==1) x q;", Other),
    ("switch (c) { case 1, 2 { x q; } default { y q; } }", Other),
    ("f(q);", Other),
    ("x += 1;", Other),
    ("@note this", Other),
]


@pytest.mark.parametrize(("text", "kind"), KINDS, ids=[text for text, _ in KINDS])
def test_each_kind_of_statement_spans_its_whole_text(text: str, kind: type) -> None:
    found = only(text)
    assert type(found) is kind
    begun = text.index("c =") if text.startswith("bit c =") else 0
    assert text[found.span.start : found.span.end] == text[begun:]


def test_statements_hold_what_was_written() -> None:
    assert [
        (found.kind, found.name, found.size, found.old)
        for found in parse("qubit[n+1] q; bit b; qreg r[3];").statements
        if isinstance(found, Register)
    ] == [("qubit", "q", "n+1", False), ("bit", "b", "", False), ("qubit", "r", "3", True)]
    found = only("gate g(a, b) q, r { x q; y r; }")
    assert isinstance(found, GateDefinition)
    assert (found.name, found.parameters, found.qubits, len(found.body)) == ("g", ("a", "b"), ("q", "r"), 2)
    pragma = only("pragma  braket   noise bit_flip(0.1) q[0] ")
    assert isinstance(pragma, Pragma)
    assert pragma.text == "braket noise bit_flip(0.1) q[0]"
    given_type = only("input array[float, 3] a;")
    assert isinstance(given_type, Input)
    assert (given_type.type, given_type.name) == ("array[float, 3]", "a")
    measured = only("measure q[1] -> c[0];")
    assert isinstance(measured, Measure)
    assert measured.target is not None
    assert (measured.operands[0].index, measured.target.name) == ("1", "c")


def test_a_box_is_verbatim_right_after_its_pragma_only() -> None:
    boxes = [
        found.verbatim
        for found in parse("#pragma braket verbatim\nbox{x $0;}\nbox{x $1;}").statements
        if isinstance(found, Box)
    ]
    assert boxes == [True, False]


def test_branches_are_one_statement_with_all_their_bodies() -> None:
    found = only("if (c == 1) { x q; y q; } else if (c == 2) z q; else { h q; }")
    assert isinstance(found, Other)
    assert (found.word, found.text) == ("if", "if (c == 1)")
    assert [part.name for part in found.body if isinstance(part, GateCall)] == ["x", "y", "z", "h"]
    assert [(head.text, head.end, head.braces) for head in found.heads] == [
        ("if (c == 1)", 2, True),
        ("else if (c == 2)", 3, False),
        ("else", 4, True),
    ]


def test_a_long_chain_of_branches_is_not_deep() -> None:
    chain = "if (c == 0) x q;" + " else if (c == 1) x q;" * 2000
    assert parse(chain).broken is None


def test_a_text_is_parsed_once() -> None:
    for text in ("qubit q; x q; // short", "qubit q;" + " x q;" * 40_000):
        assert parse(text) is parse(text)


BROKEN = [
    ("a semicolon is missing", "x q[0]\ny q[1];", "Expected `;`, found `y`.", "y"),
    ("the end is missing", "x q[0]", "The program ends where `;` is expected.", "]"),
    ("a bracket is never closed", "x q;\nrx(0.5 q[0];", "An operator, a comma or a `;` is missing before `q`.", "q[0]"),
    ("brackets of two kinds", "rx(a] q[0];", "This `(` is not closed.", "(a"),
    ("a brace is never closed", "gate g a { x a;", "This `{` is not closed.", "{"),
    ("a brace closes nothing", "x q; }", "This `}` closes nothing.", "}"),
    ("a bracket closes nothing", "x q);", "Expected `;`, found `)`.", ")"),
    ("a text without an end", 'include "stdgates.inc;\nx q;', "This text in quotes has no end on its line.", '"std'),
    ("a comment without an end", "x q; /* y", "This comment has no end.", "/*"),
    ("a foreign sign", "x q; €", "`€` is no sign of OpenQASM.", "€"),
    ("a keyword for a name", "qubit[2] for;", "Expected the register's name, found `for`, which", "for"),
    ("a hardware qubit without a number", "x $a;", "A qubit of the device is written as `$` and a number.", "$a"),
    ("a modifier without a space", "ctrl @x q, r;", "After the `@` of a modifier stands a space", "@x q"),
    ("an empty argument", "rx(,1) q;", "A value is missing before the `,`.", ",1"),
    ("an empty condition", "if () x q;", "The condition is empty.", ")"),
    ("a branch without a body", "if (c==1)", "The program ends where a statement is expected.", ")"),
    ("an input without a type", "input theta;", "The input has no type.", "theta"),
    ("a pragma in brackets", "rx(\n#pragma x\n1) q;", "A pragma or an annotation cannot stand inside", "#pragma x"),
    ("a version of nothing", "OPENQASM;", "Expected the version of OpenQASM, found `;`.", ";"),
    ("a loop without in", "for int i = 0; x q;", "Expected `in`, found `=`.", "= 0"),
    ("a pragma in an assignment", "a =\n#pragma x\n", "`#pragma x` cannot stand here. A `;` is missing", "#pragma x"),
]


@pytest.mark.parametrize(("why", "text", "reason", "at"), BROKEN, ids=[why for why, *_ in BROKEN])
def test_a_broken_program_says_where_and_why(why: str, text: str, reason: str, at: str) -> None:
    broken = parse(text).broken
    assert broken is not None, why
    assert broken.reason.startswith(reason)
    assert text[broken.span.start :].startswith(at)


def test_statements_before_the_break_are_there() -> None:
    program = parse("x q;\ny q;\nrx( q;\nz q;")
    assert len(program.statements) == 2
    assert program.broken is not None
    where = location(program.text, program.broken.span, "a.qasm")
    assert (str(where), where.excerpt) == ("a.qasm:3:3", "rx( q;")


@pytest.mark.parametrize("opening", ["box { ", "if (a) ", "for int i in [0:1] ", "{ ", "gate g a { "])
def test_deep_programs_end_with_a_reason(opening: str) -> None:
    program = parse(opening * 100_000 + "x q;" + " }" * 100_000)
    assert program.broken is not None
    deepest = parse(opening * DEEPEST + "x q;" + (" }" * DEEPEST if "{ " in opening else ""))
    assert deepest.broken is None


@pytest.mark.parametrize(
    "part", ["(", "x q", "a,", "/*", "//", '"', "1", "q[", "ctrl @ ", "- ", "c = ", "@", "\r", "é"]
)
def test_long_texts_of_one_part_take_linear_time(part: str) -> None:
    # Steps are counted, not time: a quadratic reading of 200,000 parts would not end within the test's own limit.
    parse(part * 200_000)


@pytest.mark.parametrize("why", PROGRAMS)
def test_what_braket_parses_is_parsed_alike(why: str) -> None:
    text = PROGRAMS[why]
    theirs, ours = braket_parse(text), parse(text)
    assert ours.broken is None
    mine = [part for part in ours.statements if not (isinstance(part, Version) or _is_annotation(part))]
    flat = [part for part in mine if not (isinstance(part, Register) and _declares_more(part, text))]
    assert len(theirs.statements) == len(flat)
    for their, our in zip(theirs.statements, flat, strict=True):
        assert isinstance(our, WORDS.get(type(their).__name__, (Other, Register, Measure))), type(their).__name__


def _is_annotation(part: Statement) -> bool:
    return isinstance(part, Other) and part.word == "@"


def _declares_more(part: Register, text: str) -> bool:
    """Whether the next statement is the other half of it."""
    return text[part.span.end - 1] != ";"


TOKENS = [
    "OPENQASM",
    "3.0",
    ";",
    "qubit",
    "[",
    "]",
    "2",
    "q",
    "bit",
    "c",
    "h",
    "cnot",
    ",",
    "rx",
    "(",
    ")",
    "pi",
    "/",
    "measure",
    "=",
    "->",
    "if",
    "else",
    "{",
    "}",
    "box",
    "gate",
    "for",
    "int",
    "in",
    "while",
    "ctrl",
    "@",
    "inv",
    "pow",
    "$0",
    "barrier",
    "reset",
    "include",
    "'a'",
    '"b"',
    "input",
    "float",
    "def",
    "cal",
    "defcal",
    "switch",
    "case",
    "default",
    "#pragma",
    "opaque",
    "creg",
    "qreg",
    "let",
    "const",
    "array",
    ".",
    ":",
    "+",
    "-",
    "**",
    "\n",
    "//",
    "/*",
    "*/",
    "€",
    "@a",
    "gphase",
    "delay",
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(TOKENS), max_size=40).map(" ".join) | st.text(max_size=60))
@example("input")
@example("x[")
@example("c =")
@example("OPENQASM")
def test_any_text_is_read_or_refused(text: str) -> None:
    program = parse(text)
    for found in program.statements:
        assert 0 <= found.span.start < found.span.end <= len(text)
    if program.broken is not None:
        assert 0 <= program.broken.span.start <= program.broken.span.end <= len(text)
        assert program.broken.reason.endswith(".")
        location(text, program.broken.span, "a.qasm")


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_what_braket_takes_is_never_refused(data: st.DataObject) -> None:
    """One character of a program is left out or doubled; where Braket's strict parser takes it, so does ours."""
    text = data.draw(st.sampled_from(sorted(PROGRAMS.values())))
    at = data.draw(st.integers(0, len(text) - 1))
    changed = text[:at] + data.draw(st.sampled_from(["", text[at] * 2, " "])) + text[at + 1 :]
    assume(not re.search(r"#pragma\w", changed))  # antlr reads `#pragmax` as `#pragma x`, which no grammar says
    try:
        with strict_syntax("it"):
            braket_parse(changed)
    except (SimulationFailed, Exception):  # noqa: BLE001 - their visitors raise whatever they meet
        return
    assert parse(changed).broken is None, changed
