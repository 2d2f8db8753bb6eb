"""Statements that hold statements: boxes, gates, branches and loops."""

from __future__ import annotations

from collections.abc import Callable

from reconciler.core.qasm.reader import DEEPEST, Reader
from reconciler.core.qasm.syntax import Box, GateDefinition, Head, Other, Pragma, Statement

_VERBATIM = "braket verbatim"
ReadStatement = Callable[[Reader, list[Statement]], None]


def read_box(reader: Reader, into: list[Statement], read: ReadStatement) -> None:
    """`box[100ns] { … }`"""
    start = reader.at
    before = into[-1] if into else None
    verbatim = isinstance(before, Pragma) and before.text == _VERBATIM
    reader.at += 1
    if reader.words[reader.at] == "[":
        reader.in_brackets()
    body = _braces(reader, read)
    into.append(Box(verbatim, body, reader.span_from(start)))


def read_gate(reader: Reader, into: list[Statement], read: ReadStatement) -> None:
    """`gate rzz(theta) a, b { … }`, and OpenQASM 2's `opaque`, which has no body."""
    start = reader.at
    opaque = reader.words[start] == "opaque"
    reader.at += 1
    named = reader.at
    if opaque and reader.kinds[named] == "word":
        name = reader.words[named]  # Qiskit writes `opaque delay(t) q;`, and that is a word of OpenQASM 3
        reader.at += 1
    else:
        name = reader.name("the gate's name")
    parameters = reader.arguments() if reader.words[reader.at] == "(" else ()
    qubits = [reader.name("the name of a qubit")]
    while reader.words[reader.at] == ",":
        reader.at += 1
        if reader.kinds[reader.at] != "word":
            break
        qubits.append(reader.name("the name of a qubit"))
    body: tuple[Statement, ...] = ()
    if opaque:
        reader.sign(";")
    else:
        body = _braces(reader, read)
    span = reader.span_from(start)
    into.append(GateDefinition(name, parameters, tuple(qubits), body, span, reader.span_of(named)))


def read_branch(reader: Reader, into: list[Statement], read: ReadStatement) -> None:
    """`if (c == 1) … else …`. A chain of `else if` is one statement, so that a long one is not deep."""
    start = reader.at
    body: list[Statement] = []
    heads = [_headed(reader, read, body)]
    while reader.words[reader.at] == "else":
        heads.append(_headed(reader, read, body))
    into.append(Other("if", heads[0].text, tuple(body), reader.span_from(start), tuple(heads)))


def read_while(reader: Reader, into: list[Statement], read: ReadStatement) -> None:
    """`while (i < 3) …`"""
    start = reader.at
    body: list[Statement] = []
    head = _headed(reader, read, body)
    into.append(Other("while", head.text, tuple(body), reader.span_from(start), (head,)))


def _headed(reader: Reader, read: ReadStatement, body: list[Statement]) -> Head:
    """One branch or loop: `if`, `else if` or `while` with a condition, or `else` without."""
    start = reader.at
    reader.at += 1
    if reader.words[start] == "else" and reader.words[reader.at] == "if":
        reader.at += 1
    if reader.words[reader.at - 1] != "else":
        _condition(reader)
    text, span = reader.piece(start, reader.at), reader.span_from(start)
    braces = reader.words[reader.at] == "{"
    body.extend(_body(reader, read))
    return Head(text, span, len(body), reader.span_from(start).end, braces)


def read_for(reader: Reader, into: list[Statement], read: ReadStatement) -> None:
    """`for int i in [0:3] …`; what is gone through is a set, a range or a name."""
    start = reader.at
    reader.at += 1
    while reader.words[reader.at] != "in":
        if reader.words[reader.at] == "[":
            reader.in_brackets()
        elif reader.kinds[reader.at] != "word":
            reader.missing("`in`")
        else:
            reader.at += 1
    reader.at += 1
    if reader.words[reader.at] in ("{", "["):
        reader.in_brackets()
    else:
        reader.name("what the loop goes through")
    text = reader.piece(start, reader.at)
    body = _body(reader, read)
    into.append(Other("for", text, body, reader.span_from(start)))


def read_def(reader: Reader, into: list[Statement], read: ReadStatement) -> None:
    """`def parity(qubit[3] q) -> bit { … }`"""
    start = reader.at
    reader.at += 1
    reader.name("the subroutine's name")
    if reader.words[reader.at] != "(":
        reader.missing("`(`")
    reader.in_brackets()
    while reader.words[reader.at] not in ("{", ";") and reader.kinds[reader.at] != "end":
        _over_one(reader)
    text = reader.piece(start, reader.at)
    body = _braces(reader, read)
    into.append(Other("def", text, body, reader.span_from(start)))


def read_calibration(reader: Reader, into: list[Statement], read: ReadStatement) -> None:
    """`cal { … }` and `defcal … { … }`: their bodies are another language."""
    start = reader.at
    while reader.words[reader.at] not in ("{", ";") and reader.kinds[reader.at] != "end":
        _over_one(reader)
    text = reader.piece(start, reader.at)
    if reader.words[reader.at] != "{":
        reader.missing("`{`")
    reader.in_brackets()
    into.append(Other(reader.words[start], text, (), reader.span_from(start)))


def read_switch(reader: Reader, into: list[Statement], read: ReadStatement) -> None:
    """`switch (c) { case 1 { … } default { … } }`"""
    start = reader.at
    reader.at += 1
    _condition(reader)
    text = reader.piece(start, reader.at)
    if reader.words[reader.at] != "{":
        reader.missing("`{`")
    close = reader.close_of(reader.at)
    reader.at += 1
    body: list[Statement] = []
    while reader.at < close:
        if reader.words[reader.at] not in ("case", "default"):
            reader.missing("`case` or `default`")
        while reader.words[reader.at] != "{" and reader.at < close:
            _over_one(reader)
        body.extend(_braces(reader, read))
    reader.at = close + 1
    into.append(Other("switch", text, tuple(body), reader.span_from(start)))


def read_scope(reader: Reader, into: list[Statement], read: ReadStatement) -> None:
    """`{ … }` by itself."""
    start = reader.at
    body = _braces(reader, read)
    into.append(Other("{", "", body, reader.span_from(start)))


def _over_one(reader: Reader) -> None:
    """Reads one token, with a bracket all up to its partner."""
    if reader.words[reader.at] in ("(", "["):
        reader.in_brackets()
    elif reader.kinds[reader.at] in ("end", "line"):
        reader.missing("`{`")
    else:
        reader.at += 1


def _condition(reader: Reader) -> None:
    if reader.words[reader.at] != "(":
        reader.missing("a condition in brackets")
    if not reader.in_brackets():
        reader.stop("The condition is empty.", reader.at - 1)


def _body(reader: Reader, read: ReadStatement) -> tuple[Statement, ...]:
    """What stands in braces, or one statement."""
    if reader.words[reader.at] == "{":
        return _braces(reader, read)
    found: list[Statement] = []
    _deeper(reader)
    read(reader, found)
    reader.depth -= 1
    return tuple(found)


def _braces(reader: Reader, read: ReadStatement) -> tuple[Statement, ...]:
    if reader.words[reader.at] != "{":
        reader.missing("`{`")
    close = reader.close_of(reader.at)
    _deeper(reader)
    reader.at += 1
    found: list[Statement] = []
    while reader.at < close:
        read(reader, found)
    reader.at = close + 1
    reader.depth -= 1
    return tuple(found)


def _deeper(reader: Reader) -> None:
    reader.depth += 1
    if reader.depth > DEEPEST:
        reader.stop(f"Blocks are nested deeper than {DEEPEST}, which nothing here follows.")
