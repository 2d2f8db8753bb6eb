"""Programs in other words: what they become, what stays as it is, and what has no words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.core.qasm.inline import MAX_CALLS
from reconciler.core.qasm.parse import parse
from reconciler.core.qasm.syntax import location
from reconciler.core.qasm.translate import translate
from tests.core.qasm.programs import PROGRAMS
from tests.core.qasm.test_parse import TOKENS

OLD = 'OPENQASM 2.0;\ninclude "qelib1.inc";\n'
NEW = 'OPENQASM 3.0;\ninclude "stdgates.inc";\n'

HEAD = "OPENQASM 3.0;\n\n"  # what both heads become

# Golden texts: a change of one is another digest, and with it another run to pay (docs/identity.md).
TRANSLATED = [
    (
        "OpenQASM 2 on its lines",
        OLD + "qreg q[2]; // two\ncreg c[2];\nh q[0];\ncx q[0], q[1];\nmeasure q -> c;\n",
        "OPENQASM 3.0;\n\nqubit[2] q; // two\nbit[2] c;\nh q[0];\ncnot q[0], q[1];\nc = measure q;\n",
    ),
    ("names", NEW + "qubit q; sdg q; sx q; p(pi/2) q;", "OPENQASM 3.0;\n\nqubit q; si q; v q; phaseshift(pi/2) q;"),
    ("whole registers", OLD + "qreg q[2]; h q;", "OPENQASM 3.0;\n\nqubit[2] q; h q[0]; h q[1];"),
    (
        "two registers pairwise",
        OLD + "qreg a[2];\nqreg b[2]; cx a, b; cx a[1], b;",
        "OPENQASM 3.0;\n\nqubit[4] q;\n cnot q[0], q[2]; cnot q[1], q[3]; cnot q[1], q[2]; cnot q[1], q[3];",
    ),
    (
        "several registers of both kinds",
        OLD + "qreg a[1]; creg c[1]; qreg b[2]; creg d[2]; x b[1]; measure b -> d; measure a[0] -> c[0];",
        "OPENQASM 3.0;\n\nqubit[3] q; bit[3] c;   x q[2]; c[1] = measure q[1]; c[2] = measure q[2];"
        " c[0] = measure q[0];",
    ),
    (
        "a name that is taken",
        OLD + "qreg a[1]; qreg b[1]; creg q[1]; measure b -> q;",
        "OPENQASM 3.0;\n\nqubit[2] q_;  bit[1] q; q[0] = measure q_[1];",
    ),
    (
        "a gate of the program",
        OLD + "gate g(a) x, y {\n  rz(a*2) x;\n  cx x, y;\n}\nqreg q[2];\ng(pi/4) q[1], q[0];",
        "OPENQASM 3.0;\n\n\n\n\n\nqubit[2] q;\nrz((pi/4)*2) q[1]; cnot q[1], q[0];",
    ),
    (
        "a gate of the program before one of the file",
        NEW + "gate cx a, b { cz a, b; }\nqubit[2] q; cx q[0], q[1];",
        "OPENQASM 3.0;\n\n\nqubit[2] q; cz q[0], q[1];",
    ),
    ("u2", NEW + "qubit q; u2(0, pi) q;", "OPENQASM 3.0;\n\nqubit q; rz(pi) q; ry(pi/2) q;"),
    ("u0", OLD + "qreg q[1]; u0(1) q[0];", "OPENQASM 3.0;\n\nqubit[1] q; i q[0];"),
    (
        "powers of OpenQASM 2",
        OLD + "qreg q[1]; rz(2^3+ln(2)) q[0];",
        "OPENQASM 3.0;\n\nqubit[1] q; rz(2**3+log(2)) q[0];",
    ),
    ("a phase of the whole state", NEW + "qubit q; gphase(0.3); x q;", "OPENQASM 3.0;\n\nqubit q;  x q;"),
    (
        "a control that Braket has",
        NEW + "qubit[2] q; ctrl @ x q[0], q[1];",
        HEAD + "qubit[2] q; cnot q[0], q[1];",
    ),
    (
        "barriers, but not before the last measurements",
        OLD + "qreg q[2]; creg c[2]; h q[0]; barrier q; x q[1]; barrier q; measure q -> c;",
        "OPENQASM 3.0;\n\nqubit[2] q; bit[2] c; h q[0]; barrier q[0], q[1]; x q[1];  c = measure q;",
    ),
    (
        "an old condition, with a bit that was not measured",
        OLD + "qreg q[2]; creg c[2]; measure q[0] -> c[0]; if (c==1) x q[1]; if (c==2) y q[1];",
        "OPENQASM 3.0;\n\nqubit[2] q; bit[2] c; c[0] = measure q[0]; if (c[0] == 1) { x q[1]; } if (false) { y q[1]; }",
    ),
    (
        "conditions on merged registers",
        NEW + "qubit[2] q; bit a; bit[1] c; a = measure q[0]; c[0] = measure q[1];\n"
        "if (!c[0]) { x q[0]; } else { y q[0]; }",
        "OPENQASM 3.0;\n\nqubit[2] q; bit[2] c;  c[0] = measure q[0]; c[1] = measure q[1];\n"
        "if (c[1] == 0) { x q[0]; } else { y q[0]; }",
    ),
    (
        "loops",
        NEW + "qubit[3] q; for int i in [0:2] { sx q[i]; }",
        HEAD + "qubit[3] q; for int i in [0:2] { v q[i]; }",
    ),
    (
        "loops over merged registers",
        NEW + "qubit a; qubit[2] b; for int i in [0:1] { sx b[i]; }",
        "OPENQASM 3.0;\n\nqubit[3] q;  for int i in [0:1] { v q[1 + i]; }",
    ),
    (
        "registers that other statements name",
        NEW + "qubit a; qubit[2] b; let d = b[0]; sx d; sx a;",
        "OPENQASM 3.0;\n\nqubit a; qubit[2] b; let d = b[0]; v d; v a;",
    ),
    (
        "slices",
        NEW + "qubit[4] q; sx q[1:2]; sx q[{0, -1}];",
        HEAD + "qubit[4] q; v q[1]; v q[2]; v q[0]; v q[3];",
    ),
    ("qubits of the device", NEW + "sx $3; cx $0, $1;", "OPENQASM 3.0;\n\nv $3; cnot $0, $1;"),
    (
        "OpenQASM 2 without a file",
        "OPENQASM 2.0; qreg q[2]; CX q[0], q[1];",
        "OPENQASM 3.0; qubit[2] q; cnot q[0], q[1];",
    ),
    ("reset", OLD + "qreg q[2]; reset q;", "OPENQASM 3.0;\n\nqubit[2] q; reset q[0]; reset q[1];"),
]


@pytest.mark.parametrize(("why", "text", "wanted"), TRANSLATED, ids=[why for why, *_ in TRANSLATED])
def test_translations(why: str, text: str, wanted: str) -> None:
    found = translate(text)
    assert (found.text, found.problems) == (wanted, ()), why


def test_devices_without_barriers_get_none() -> None:
    text = OLD + "qreg q[2]; h q; barrier q; h q;"
    assert "barrier" in translate(text).text
    assert "barrier" not in translate(text, barriers=False).text


UNCHANGED = [
    *PROGRAMS.values(),
    "OPENQASM 2.0;\nqreg q[2];\ncreg c[2];\nh q[0];\ncnot q[0],q[1];\nmeasure q -> c;\n",
    'OPENQASM 3.0; // include "stdgates.inc";\nqubit q; x q;',
    "OPENQASM 2.0; gate g a { h a; } qreg q[1]; g q[0];",
]


@pytest.mark.parametrize(
    "text", [text for text in UNCHANGED if '"stdgates.inc";\nqubit q;' not in text or "//" in text]
)
def test_a_program_of_braket_stays_byte_for_byte(text: str) -> None:
    assert translate(text).text is text
    assert not translate(text).problems


PROBLEMS = [
    ("an unknown gate", OLD + "qreg q[1];\nfoo q[0];", 4, "defines a gate `foo`"),
    ("an opaque gate", OLD + "opaque foo a;\nqreg q[1];\nfoo q[0];", 5, "`foo` is opaque"),
    ("a delay", NEW + "qubit q;\ndelay[10ns] q;", 4, "delays in programs of pulses"),
    ("a delay as Qiskit writes it in OpenQASM 2", OLD + "opaque delay(t) q;\nqreg q[1];\ndelay(3) q[0];", 5, "delays"),
    ("a switch", NEW + "qubit q; bit c;\nswitch (c) { case 1 { x q; } }", 4, "no `switch`"),
    ("too few qubits", NEW + "qubit q;\ncx q;", 4, "`cnot` is a gate of 2 qubits; here are 1"),
    ("too many values", NEW + "qubit q;\nrx(1, 2) q;", 4, "`rx` has 1 parameters; here are 2"),
    ("an element that is not there", NEW + "qubit[2] q;\nh q[2];", 4, "`q` has 2 elements"),
    ("registers of different sizes", OLD + "qreg a[2]; qreg b[3];\ncx a, b;", 4, "registers of different sizes"),
    ("more qubits than bits", OLD + "qreg a[2]; creg b[3];\nmeasure a -> b;", 4, "2 qubits are measured into 3 bits"),
    ("a register as a value", NEW + "qubit q; bit[2] c;\nif (c) x q;", 4, "takes the register `c` as one value"),
    ("a power of gates", NEW + "gate g a { h a; }\nqubit q;\npow(1/2) @ g q;", 5, "no whole number"),
    ("another statement in a gate", NEW + "gate g a { reset a; }\nqubit q;\ng q;", 5, "holds another statement"),
    ("a broken program", OLD + "qreg q[1]\nh q[0];", 4, "Expected `;`, found `h`."),
    ("gates without end", OLD + "gate g a { g a; }\nqreg q[1];\ng q[0];", 5, "deeper than 60"),
    ("an unknown number of controls", NEW + "qubit[3] q;\nctrl(n) @ x q[0], q[1];", 4, "no number in digits"),
]


@pytest.mark.parametrize(("why", "text", "line", "reason"), PROBLEMS, ids=[why for why, *_ in PROBLEMS])
def test_what_has_no_words_is_said_at_its_line(why: str, text: str, line: int, reason: str) -> None:
    found = translate(text)
    assert found.text is text
    (problem,) = found.problems
    assert reason in problem.reason, why
    assert location(text, problem.span, "a.qasm").line == line


def test_all_problems_are_said_at_once() -> None:
    text = OLD + "qreg q[1];\nfoo q[0];\nbar q[0];\n"
    assert [location(text, problem.span, "").line for problem in translate(text).problems] == [4, 5]


def test_gates_that_double_are_bounded() -> None:
    gates = "gate g0 a { h a; }\n" + "".join(f"gate g{n} a {{ g{n - 1} a; g{n - 1} a; }}\n" for n in range(1, 50))
    (problem, *_) = translate(f"{OLD}{gates}qreg q[1];\ng49 q[0];").problems
    assert f"more than {MAX_CALLS:,} gates" in problem.reason


def test_values_that_grow_are_bounded() -> None:
    gates = "gate g0(a) x { rz(a) x; }\n" + "".join(
        f"gate g{n}(a) x {{ g{n - 1}(a*a*a*a) x; }}\n" for n in range(1, 50)
    )
    (problem, *_) = translate(f"{OLD}{gates}qreg q[1];\ng49(0.5) q[0];").problems
    assert "characters" in problem.reason


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([OLD, NEW]), st.lists(st.sampled_from(TOKENS), max_size=40).map(" ".join))
def test_any_text_is_translated_or_refused(head: str, body: str) -> None:
    found = translate(head + body)
    assert found.text.count("\n") == (head + body).count("\n")


@settings(max_examples=200, deadline=None)
@given(st.sampled_from([text for _, text, _ in TRANSLATED]), st.data())
def test_a_changed_program_is_translated_or_refused(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text) - 1))
    changed = text[:at] + data.draw(st.sampled_from(["", " ", "q", "0", "["])) + text[at + 1 :]
    found = translate(changed)
    assert found.text.count("\n") == changed.count("\n")
    if not found.problems and found.text is not changed:
        assert parse(found.text).broken is None, found.text
