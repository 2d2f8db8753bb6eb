"""Going through a program once, for all checks: what is called, where it stands, and which qubits there are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from reconciler.core.diagnostic import Severity
from reconciler.core.qasm.syntax import (
    Barrier,
    Box,
    GateCall,
    GateDefinition,
    Measure,
    Operand,
    Other,
    Program,
    Register,
    Reset,
    Span,
    Statement,
)

_NUMBER = re.compile(r"\d{1,6}")
_MOST = 100_000  # qubits of one register that are looked at one by one


@dataclass(frozen=True, slots=True)
class Problem:
    """What a device would say of a program, at its place in the text."""

    code: str
    detail: str
    remedy: str
    span: Span
    severity: Severity = Severity.ERROR


@dataclass(frozen=True, slots=True)
class Seen:
    """A statement, in the box that it stands in, if it does."""

    statement: Statement
    box: Box | None


@dataclass(frozen=True, slots=True)
class Qubits:
    """The qubits of a program by name, such as `q[0]` and `$3`. `sizes` is None for a single one, -1 where unknown."""

    registers: tuple[Register, ...]
    bits: tuple[Register, ...]
    sizes: dict[str, int | None]

    def named(self, operand: Operand) -> frozenset[str] | None:
        """Those that an operand names; None where its text does not tell."""
        if operand.name.startswith("$"):
            return frozenset({operand.name})
        if operand.name not in self.sizes:
            return None
        size = self.sizes[operand.name]
        if size is None:
            return frozenset({operand.name})
        if operand.index:
            known = _NUMBER.fullmatch(operand.index.strip())
            return frozenset({f"{operand.name}[{int(operand.index)}]"}) if known else None
        return frozenset(f"{operand.name}[{n}]" for n in range(size)) if 0 <= size <= _MOST else None

    @property
    def declared(self) -> int | None:
        """How many are declared; None if a size is no number."""
        sizes = [1 if size is None else size for size in self.sizes.values()]
        return None if -1 in sizes else sum(sizes)

    def all_of(self, operands: Iterable[Operand]) -> frozenset[str] | None:
        """Those of all of these; None if any can't be told."""
        found: set[str] = set()
        for operand in operands:
            names = self.named(operand)
            if names is None:
                return None
            found |= names
        return frozenset(found)


@dataclass(frozen=True, slots=True)
class Code:
    """A program as the checks look at it. `used` are the operands of everything that does something to a qubit."""

    program: Program
    seen: tuple[Seen, ...]
    gates: tuple[tuple[GateCall, Box | None], ...]
    measures: tuple[Measure, ...]
    used: tuple[Operand, ...]
    defined: frozenset[str]
    qubits: Qubits


def read_code(program: Program) -> Code:
    """All statements in their order, those of boxes and branches too, but for the bodies of definitions."""
    seen = tuple(_walk(program.statements, None))
    acting = (each.statement for each in seen if isinstance(each.statement, GateCall | Measure | Reset | Barrier))
    return Code(
        program,
        seen,
        gates=tuple((each.statement, each.box) for each in seen if isinstance(each.statement, GateCall)),
        measures=tuple(each.statement for each in seen if isinstance(each.statement, Measure)),
        used=tuple(operand for statement in acting for operand in statement.operands),
        defined=frozenset(each.statement.name for each in seen if isinstance(each.statement, GateDefinition)),
        qubits=_qubits([each.statement for each in seen if isinstance(each.statement, Register)]),
    )


def _walk(statements: Iterable[Statement], box: Box | None) -> Iterator[Seen]:
    todo = [(iter(statements), box)]  # no recursion: a program may be nested as deep as its parser lets it
    while todo:
        inner, around = todo[-1]
        statement = next(inner, None)
        if statement is None:
            todo.pop()
            continue
        yield Seen(statement, around)
        if isinstance(statement, Box):
            todo.append((iter(statement.body), statement))
        elif isinstance(statement, Other) and statement.word not in {"def", "cal", "defcal"}:
            todo.append((iter(statement.body), around))


def _qubits(registers: list[Register]) -> Qubits:
    mine = tuple(register for register in registers if register.kind == "qubit")
    sizes = {register.name: _size(register.size) for register in mine}
    return Qubits(mine, tuple(register for register in registers if register.kind != "qubit"), sizes)


def _size(text: str) -> int | None:
    if not text:
        return None
    return int(text) if _NUMBER.fullmatch(text.strip()) else -1
