"""Rewrites a program statement by statement, each in its place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reconciler.core.qasm.conditions import condition
from reconciler.core.qasm.inline import Inliner
from reconciler.core.qasm.problem import Problem, Untranslatable
from reconciler.core.qasm.registers import Registers, registers_of
from reconciler.core.qasm.syntax import (
    Barrier,
    Box,
    GateCall,
    GateDefinition,
    Head,
    Include,
    Measure,
    Operand,
    Other,
    Program,
    Register,
    Reset,
    Span,
    Statement,
    Version,
)
from reconciler.core.qasm.tokens import words_of

MAX_TEXT = 4_000_000  # characters of a translation, as many as a file may have
_MOST_PROBLEMS = 50
_REFUSED = {
    "switch": ("Braket has no `switch`.", "Write it with `if`."),
    "delay": ("Braket knows delays in programs of pulses only.", "Remove it, or use a barrier."),
}


class Rewriter:
    """One translation. `problems` are those found by `run`."""

    def __init__(self, program: Program, *, barriers: bool) -> None:
        self.problems: list[Problem] = []
        self._text = program.text
        self._statements = program.statements
        definitions = [part for part in program.statements if isinstance(part, GateDefinition)]
        opaque = frozenset(part.name for part in definitions if self._is_opaque(part))
        defined = {part.name: part for part in definitions if part.name not in opaque}
        old = any(isinstance(part, Version) and part.number.startswith("2") for part in program.statements)
        self._inliner = Inliner(defined, opaque, old)
        self._registers: Registers = registers_of(program.statements, words_of(program.text))
        self._barriers = barriers
        self._last = _beginning_of_the_end(program.statements)
        self._measured: set[str] = set()
        self._loops = 0
        self._length = len(program.text)

    def run(self) -> str:
        """The translation; worth nothing if there are problems."""
        return self._rewritten(self._statements, Span(0, len(self._text)))

    def _is_opaque(self, part: GateDefinition) -> bool:
        return self._text.startswith("opaque", part.span.start)

    def _rewritten(self, statements: Sequence[Statement], span: Span) -> str:
        """The text of a span, with what its statements became."""
        pieces: list[str] = []
        at = span.start
        for part in statements:
            pieces.append(self._text[at : part.span.start])
            at = part.span.end
            written = self._lined(self._statement(part), part.span)
            self._length += len(written)
            if self._length > 2 * MAX_TEXT and len(self.problems) < _MOST_PROBLEMS:
                reason = f"Written out, the program has more than {MAX_TEXT:,} characters."
                self.problems.append(Problem(reason, "Make it smaller.", part.span))
            if len(self.problems) >= _MOST_PROBLEMS or self._length > 2 * MAX_TEXT:
                return ""
            pieces.append(written)
        pieces.append(self._text[at : span.end])
        return "".join(pieces)

    def _lined(self, written: str, span: Span) -> str:
        """With as many line ends as the statement had, so that what follows stays on its line."""
        missing = self._text.count("\n", span.start, span.end) - written.count("\n")
        return written + "\n" * missing

    def _statement(self, part: Statement) -> str:
        try:
            return self._written(part)
        except Untranslatable as stop:
            self.problems.append(stop.problem)
            return ""

    def _written(self, part: Statement) -> str:
        """By what it is; what is not named here stays as it was written."""
        if isinstance(part, Include | GateDefinition):
            return ""
        if isinstance(part, GateCall):
            return self._call(part)
        if isinstance(part, Measure):
            return self._measure(part)
        return self._rare(part)

    def _rare(self, part: Statement) -> str:
        match part:
            case Register():
                written = self._register(part)
            case Barrier():
                written = self._barrier(part)
            case Reset():
                written = " ".join(f"reset {qubit};" for qubit in self._all(part.operands))
            case Version() if part.number.startswith("2"):
                written = "OPENQASM 3.0;"
            case Box():
                written = self._rewritten(part.body, part.span)
            case Other():
                written = self._other(part)
            case _:
                written = self._original(part)
        return written

    def _original(self, part: Statement) -> str:
        return self._text[part.span.start : part.span.end]

    def _call(self, call: GateCall) -> str:
        """A call for each element, where whole registers are named."""
        columns = [self._registers.elements(operand) for operand in call.operands]
        length = _common_length(columns, call.span)
        out: list[str] = []
        for row in range(length):
            operands = [texts[row] if listed else texts[0] for texts, listed in columns]
            out.extend(self._inliner.call(call, operands))
        return " ".join(out)

    def _measure(self, part: Measure) -> str:
        qubits, listed = self._each(part.operands)
        if part.target is None:
            return " ".join(f"measure {qubit};" for qubit in qubits)
        bits, _ = self._registers.elements(part.target)
        if len(bits) != len(qubits):
            reason = f"{len(qubits)} qubits are measured into {len(bits)} bits."
            raise Untranslatable(reason, "Name one bit for each qubit.", part.span)
        self._measured.update(bits)
        whole = listed and not part.target.index and len(part.operands) == 1 and not part.operands[0].index
        if whole and not self._registers.merged:
            return f"{part.target.name} = measure {part.operands[0].name};"
        return " ".join(f"{bit} = measure {qubit};" for bit, qubit in zip(bits, qubits, strict=True))

    def _each(self, operands: Iterable[Operand]) -> tuple[list[str], bool]:
        found = [self._registers.elements(operand) for operand in operands]
        return [text for texts, _ in found for text in texts], any(listed for _, listed in found)

    def _all(self, operands: Iterable[Operand]) -> list[str]:
        return self._each(operands)[0]

    def _register(self, part: Register) -> str:
        """Its declaration; of merged ones the first declares all."""
        home = self._registers.homes[part.name]
        ends = ";" if self._text[part.span.end - 1] == ";" else ""  # `bit c = measure q;` goes on
        if part.kind in self._registers.merged:
            name, size = self._registers.merged[part.kind]
            return "" if home.offset else f"{part.kind}[{size}] {name};"
        size_text = f"[{part.size}]" if part.size else ""
        return f"{part.kind}{size_text} {part.name}{ends or ';'}"

    def _barrier(self, part: Barrier) -> str:
        """None is left where only measurements follow: there it keeps nothing apart, and not every device knows it."""
        if not self._barriers or part.span.start >= self._last:
            return ""
        return f"barrier {', '.join(self._all(part.operands))};" if part.operands else "barrier;"

    def _other(self, part: Other) -> str:
        if part.word in _REFUSED:
            reason, remedy = _REFUSED[part.word]
            raise Untranslatable(reason, remedy, part.span)
        if part.heads:
            return self._headed(part)
        if not part.body:
            return self._original(part)
        self._loops += 1
        written = self._rewritten(part.body, part.span)
        self._loops -= 1
        return written

    def _headed(self, part: Other) -> str:
        """Branches and loops: their conditions, and braces where one statement may have become several."""
        pieces: list[str] = []
        loop = part.word == "while"
        self._loops += loop
        first, at = 0, part.span.start
        for head in part.heads:
            pieces += [self._text[at : head.span.start], self._head(head)]
            inner = self._rewritten(part.body[first : head.end], Span(head.span.end, head.stop))
            pieces.append(inner if head.braces else f" {{ {inner.strip()} }}")
            first, at = head.end, head.stop
        self._loops -= loop
        pieces.append(self._text[at : part.span.end])
        return "".join(pieces)

    def _head(self, head: Head) -> str:
        word, bracket, rest = head.text.partition("(")
        if not bracket:
            return head.text
        measured = None if self._loops else self._measured
        return f"{word}({condition(rest[:-1], self._registers.homes, measured, head.span)})"


def _common_length(columns: Sequence[tuple[list[str], bool]], span: Span) -> int:
    lengths = {len(texts) for texts, listed in columns if listed}
    if len(lengths) > 1:
        raise Untranslatable("The gate is called with registers of different sizes.", "Use equal sizes.", span)
    return lengths.pop() if lengths else 1


def _beginning_of_the_end(statements: Sequence[Statement]) -> int:
    """From where on there are only measurements and barriers, as an offset."""
    for part in reversed(statements):
        if not isinstance(part, Measure | Barrier):
            return part.span.end
    return 0
