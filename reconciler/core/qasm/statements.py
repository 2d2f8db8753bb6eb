"""Reads one statement of OpenQASM 2 or 3, by its first word."""

from __future__ import annotations

from collections.abc import Callable

from reconciler.core.qasm import blocks
from reconciler.core.qasm.reader import Reader
from reconciler.core.qasm.syntax import (
    Barrier,
    GateCall,
    Include,
    Input,
    Measure,
    Operand,
    Other,
    Pragma,
    Register,
    Reset,
    Span,
    Statement,
    Version,
)

_MODIFIERS = frozenset({"ctrl", "negctrl", "inv", "pow"})
_ASSIGNS = frozenset(["=", "+=", "-=", "*=", "/=", "&=", "|=", "~=", "^=", "<<=", ">>=", "%=", "**="])


def read_statement(reader: Reader, into: list[Statement]) -> None:
    """Reads the next statement. Some are two: `bit c = measure q;` declares and measures. Raises Stop."""
    kind, word = reader.kinds[reader.at], reader.words[reader.at]
    if kind == "word":
        read = _BY_WORD.get(word)
        if read is not None:
            read(reader, into)
        elif word in _MODIFIERS:
            _call(reader, into)
        else:
            _named(reader, into)
    elif kind == "line":
        _line(reader, into)
    elif word == ";":
        reader.at += 1  # OpenQASM does not know the empty statement, but nothing hangs on it
    elif word == "{":
        blocks.read_scope(reader, into, read_statement)
    elif word in (")", "]", "}"):
        reader.stop(f"This `{word}` closes nothing.")
    elif kind == "end":
        reader.missing("a statement")
    else:
        _other(reader, into)


def _named(reader: Reader, into: list[Statement]) -> None:
    """A gate call, an assignment, a measurement into a bit, or an expression."""
    start = reader.at
    after = reader.words[start + 1]
    if reader.kinds[start + 1] == "word":
        _call(reader, into)
    elif after == "(":
        _call_or_expression(reader, into)
    elif after == "[" or after in _ASSIGNS:
        _assignment(reader, into)
    else:
        _other(reader, into)


def _call_or_expression(reader: Reader, into: list[Statement]) -> None:
    """`rx(pi) q[0];`, or the call of a subroutine, which has nothing after its brackets."""
    start = reader.at
    after = reader.close_of(start + 1) + 1
    if reader.words[after] == "[":  # a duration, or an index of what the subroutine gives
        after = reader.close_of(after) + 1
    if reader.kinds[after] == "word" or reader.words[start] == "gphase":
        _call(reader, into)
    else:
        _other(reader, into)


def _call(reader: Reader, into: list[Statement]) -> None:
    """`ctrl @ rx(theta) q[0], q[1];`"""
    start = reader.at
    modifiers = _modifiers(reader) if reader.words[start] in _MODIFIERS else ()
    named = reader.at
    name = reader.name("a gate's name")
    parameters = reader.arguments() if reader.words[reader.at] == "(" else ()
    if reader.words[reader.at] == "[":
        reader.in_brackets()  # a duration
    operands: tuple[Operand, ...] = ()
    if name != "gphase" or reader.words[reader.at] != ";":
        operands = reader.operands()
    reader.sign(";")
    span = reader.span_from(start)
    into.append(GateCall(name, modifiers, parameters, operands, span, reader.span_of(named)))


def _modifiers(reader: Reader) -> tuple[str, ...]:
    found: list[str] = []
    while reader.words[reader.at] in _MODIFIERS:
        start = reader.at
        reader.at += 1
        if reader.words[reader.at] == "(":
            reader.in_brackets()
        found.append(reader.piece(start, reader.at))
        if reader.kinds[reader.at] == "line":
            reader.stop("After the `@` of a modifier stands a space: without one it is an annotation.")
        reader.sign("@")
    return tuple(found)


def _assignment(reader: Reader, into: list[Statement]) -> None:
    """`c[0] = measure q[0];` is a measurement, everything else is classical."""
    start = reader.at
    target = reader.operand()
    if reader.words[reader.at] == "=" and reader.words[reader.at + 1] == "measure":
        reader.at += 2
        operands = reader.operands()
        reader.sign(";")
        into.append(Measure(operands, target, reader.span_from(start)))
        return
    reader.rest()
    into.append(Other(target.name, reader.piece(start, reader.at - 1), (), reader.span_from(start)))


def _other(reader: Reader, into: list[Statement]) -> None:
    start = reader.at
    reader.rest()
    into.append(Other(reader.words[start], reader.piece(start, reader.at - 1), (), reader.span_from(start)))


def _line(reader: Reader, into: list[Statement]) -> None:
    """A pragma or an annotation."""
    span = reader.span_of(reader.at)
    line = reader.words[reader.at].rstrip()
    reader.at += 1
    if line.startswith("@"):
        into.append(Other("@", line, (), span))
        return
    text = " ".join(line.removeprefix("#").removeprefix("pragma").split())
    into.append(Pragma(text, Span(span.start, span.start + len(line))))


def _version(reader: Reader, into: list[Statement]) -> None:
    start = reader.at
    reader.at += 1
    if reader.kinds[reader.at] != "number":
        reader.missing("the version of OpenQASM")
    reader.at += 1
    reader.sign(";")
    into.append(Version(reader.words[start + 1], reader.span_from(start)))


def _include(reader: Reader, into: list[Statement]) -> None:
    start = reader.at
    reader.at += 1
    if reader.kinds[reader.at] != "string":
        reader.missing("a file's name in quotes")
    reader.at += 1
    reader.sign(";")
    into.append(Include(reader.words[start + 1][1:-1], reader.span_from(start)))


def _register(reader: Reader, into: list[Statement]) -> None:
    """`qubit[2] q;`, `bit[2] c = "01";`, `bit c = measure q;`"""
    start = reader.at
    kind = reader.words[start]
    reader.at += 1
    size = reader.in_brackets() if reader.words[reader.at] == "[" else ""
    named = reader.at
    name = reader.name("the register's name")
    if reader.words[reader.at] != "=" or kind == "qubit":
        reader.sign(";")
        into.append(Register(kind, name, size, reader.span_from(start)))
        return
    into.append(Register(kind, name, size, reader.span_from(start)))
    reader.at = named
    _assignment(reader, into)


def _old_register(reader: Reader, into: list[Statement]) -> None:
    """`qreg q[2];` and `creg c[2];`"""
    start = reader.at
    kind = "qubit" if reader.words[start] == "qreg" else "bit"
    reader.at += 1
    name = reader.name("the register's name")
    size = reader.in_brackets() if reader.words[reader.at] == "[" else ""
    reader.sign(";")
    into.append(Register(kind, name, size, reader.span_from(start), old=True))


def _input(reader: Reader, into: list[Statement]) -> None:
    """`input array[float, 3] theta;`"""
    start = reader.at
    reader.at += 1
    typed = reader.at
    while reader.kinds[reader.at] == "word" and reader.words[reader.at + 1] != ";":
        reader.at += 1
        if reader.words[reader.at] == "[":
            reader.in_brackets()
    named = reader.at
    name = reader.name("the input's name")
    if named == typed:
        reader.stop("The input has no type.", named)
    reader.sign(";")
    into.append(Input(reader.piece(typed, named), name, reader.span_from(start)))


def _measure(reader: Reader, into: list[Statement]) -> None:
    """`measure q;` and `measure q -> c;`"""
    start = reader.at
    reader.at += 1
    operands = reader.operands()
    target = None
    if reader.words[reader.at] == "->":
        reader.at += 1
        target = reader.operand()
    reader.sign(";")
    into.append(Measure(operands, target, reader.span_from(start)))


def _barrier(reader: Reader, into: list[Statement]) -> None:
    start = reader.at
    reader.at += 1
    operands = reader.operands() if reader.words[reader.at] != ";" else ()
    reader.sign(";")
    into.append(Barrier(operands, reader.span_from(start)))


def _reset(reader: Reader, into: list[Statement]) -> None:
    start = reader.at
    reader.at += 1
    operands = reader.operands()
    reader.sign(";")
    into.append(Reset(operands, reader.span_from(start)))


def _opaque(reader: Reader, into: list[Statement]) -> None:
    """OpenQASM 2's word; in OpenQASM 3 it may be a name."""
    if reader.kinds[reader.at + 1] == "word":
        blocks.read_gate(reader, into, read_statement)
    else:
        _named(reader, into)


def _holding(read: Callable[[Reader, list[Statement], blocks.ReadStatement], None]) -> blocks.ReadStatement:
    return lambda reader, into: read(reader, into, read_statement)


_BY_WORD: dict[str, blocks.ReadStatement] = {
    "OPENQASM": _version,
    "include": _include,
    "qubit": _register,
    "bit": _register,
    "qreg": _old_register,
    "creg": _old_register,
    "input": _input,
    "measure": _measure,
    "barrier": _barrier,
    "reset": _reset,
    "opaque": _opaque,
    "gate": _holding(blocks.read_gate),
    "box": _holding(blocks.read_box),
    "if": _holding(blocks.read_branch),
    "while": _holding(blocks.read_while),
    "for": _holding(blocks.read_for),
    "def": _holding(blocks.read_def),
    "cal": _holding(blocks.read_calibration),
    "defcal": _holding(blocks.read_calibration),
    "switch": _holding(blocks.read_switch),
    **dict.fromkeys(
        [
            "output",
            "const",
            "mutable",
            "bool",
            "int",
            "uint",
            "float",
            "angle",
            "complex",
            "array",
            "duration",
            "stretch",
            "let",
            "extern",
            "defcalgrammar",
            "break",
            "continue",
            "end",
            "return",
            "delay",
            "true",
            "false",
            "durationof",
            "nop",
        ],
        _other,
    ),
}
