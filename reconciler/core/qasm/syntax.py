"""What an OpenQASM program is made of, as far as checks, translation and drawings need it. Every part knows its place.

A place is a span of offsets in the program's own text, so that a finding can point at the very word.
"""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.core.diagnostic import Location

_LONGEST = 500  # characters of a line that is shown


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` up to, and without, `end`: offsets into the text, in characters."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Operand:
    """A qubit or bit: a register as a whole (`index` is empty), an element or a range of it, or a physical qubit `$0`.

    `index` is the text between the brackets, as written.
    """

    name: str
    index: str
    span: Span


@dataclass(frozen=True, slots=True)
class Version:
    """`OPENQASM 3.0;`"""

    number: str
    span: Span


@dataclass(frozen=True, slots=True)
class Include:
    """`include "stdgates.inc";`"""

    name: str
    span: Span


@dataclass(frozen=True, slots=True)
class Register:
    """`qubit[2] q;`, `bit[2] c;`, or OpenQASM 2's `qreg q[2];` and `creg c[2];`. `size` is empty for a single one."""

    kind: str  # "qubit" or "bit"
    name: str
    size: str
    span: Span
    old: bool = False  # written as OpenQASM 2 does


@dataclass(frozen=True, slots=True)
class Input:
    """`input float theta;`"""

    type: str
    name: str
    span: Span


@dataclass(frozen=True, slots=True)
class GateDefinition:
    """`gate name(params) qubits { … }`; `opaque` ones have no body."""

    name: str
    parameters: tuple[str, ...]
    qubits: tuple[str, ...]
    body: tuple[Statement, ...]
    span: Span
    name_span: Span


@dataclass(frozen=True, slots=True)
class GateCall:
    """`ctrl @ rx(theta) q[0], q[1];`. `modifiers` are their texts without the `@`; `gphase` may have no operands."""

    name: str
    modifiers: tuple[str, ...]
    parameters: tuple[str, ...]
    operands: tuple[Operand, ...]
    span: Span
    name_span: Span


@dataclass(frozen=True, slots=True)
class Measure:
    """`c[0] = measure q[0];`, `measure q;`, or OpenQASM 2's `measure q -> c;`."""

    operands: tuple[Operand, ...]
    target: Operand | None
    span: Span


@dataclass(frozen=True, slots=True)
class Barrier:
    """`barrier q[0], q[1];`; without operands it is of all qubits."""

    operands: tuple[Operand, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Reset:
    """`reset q[0];`"""

    operands: tuple[Operand, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Pragma:
    """`#pragma braket result state_vector`: `text` is what follows the word pragma, with single spaces."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Box:
    """`box { … }`; `verbatim` if Braket's pragma of that name stands right before it."""

    verbatim: bool
    body: tuple[Statement, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Head:
    """What stands before a branch's or a loop's statements: `if (c == 1)`, `else if (c == 2)`, `else`, `while (i < 3)`.

    `end` is the number of the first statement of the body that is not of this branch any more, `stop` the offset at
    which the branch ends.
    """

    text: str
    span: Span
    end: int
    stop: int
    braces: bool


@dataclass(frozen=True, slots=True)
class Other:
    """Any other statement, known by its first word: for, while, if, def, const, let, cal, a classical assignment.

    `text` is the statement as it was written; of one that holds others, what stands before its body, as `if (c == 1)`.
    `body` holds the statements of its braces, all branches together, where they are statements at all. An annotation
    has the word `@`, a scope of its own the word `{`.
    """

    word: str
    text: str
    body: tuple[Statement, ...]
    span: Span
    heads: tuple[Head, ...] = ()  # of `if` and `while`


Statement = (
    Version | Include | Register | Input | GateDefinition | GateCall | Measure | Barrier | Reset | Pragma | Box | Other
)


@dataclass(frozen=True, slots=True)
class Broken:
    """Where the text stops being OpenQASM, and why, in a sentence."""

    reason: str
    span: Span


@dataclass(frozen=True, slots=True)
class Program:
    """The statements in order; of a broken text those before the break."""

    text: str
    statements: tuple[Statement, ...]
    broken: Broken | None = None


def location(text: str, span: Span, file: str) -> Location:
    """The place of a span in the program's file, line and column counted from 1, with the line itself."""
    start = text.rfind("\n", 0, span.start) + 1
    end = text.find("\n", span.start)
    line = text[start : end if end >= 0 else len(text)]
    length = max(1, min(span.end, start + len(line)) - span.start)
    return Location(file, text.count("\n", 0, span.start) + 1, span.start - start + 1, length, line[:_LONGEST])
