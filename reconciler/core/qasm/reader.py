"""Walks along the tokens of a program: what comes next, and the small parts that many statements are made of."""

from __future__ import annotations

from typing import NoReturn

from reconciler.core.qasm.syntax import Broken, Operand, Span
from reconciler.core.qasm.tokens import quoted, tokens_of

DEEPEST = 50  # blocks in blocks; the parser calls itself for each
# Words that are no names. Those of Braket's parser; OpenQASM 2 knows fewer, and calls none of them a gate.
KEYWORDS = frozenset(
    [
        "OPENQASM",
        "include",
        "defcalgrammar",
        "def",
        "defcal",
        "gate",
        "extern",
        "box",
        "let",
        "break",
        "continue",
        "if",
        "else",
        "end",
        "return",
        "for",
        "while",
        "in",
        "input",
        "output",
        "const",
        "mutable",
        "qreg",
        "qubit",
        "creg",
        "bool",
        "bit",
        "int",
        "uint",
        "float",
        "angle",
        "complex",
        "array",
        "duration",
        "stretch",
        "inv",
        "pow",
        "ctrl",
        "negctrl",
        "#dim",
        "durationof",
        "delay",
        "reset",
        "measure",
        "barrier",
        "true",
        "false",
    ]
)


class Stop(Exception):  # noqa: N818 - no error of ours: it ends the reading where the program breaks
    """Carries what `Program.broken` says."""

    def __init__(self, broken: Broken) -> None:
        super().__init__(broken.reason)
        self.broken = broken


class Reader:
    """The tokens and the place among them; `at` is the number of the next one."""

    __slots__ = ("at", "broken", "closing", "depth", "kinds", "starts", "text", "words")

    def __init__(self, text: str) -> None:
        tokens = tokens_of(text)
        self.text = text
        self.kinds, self.words, self.starts = tokens.kinds, tokens.words, tokens.starts
        self.closing, self.broken = tokens.closing, tokens.broken
        self.at = 0
        self.depth = 0

    def stop(self, reason: str, at: int | None = None) -> NoReturn:
        """Ends the reading at a token, the next one unless another is named."""
        at = self.at if at is None else at
        raise Stop(Broken(reason, self.span_of(at)))

    def missing(self, what: str) -> NoReturn:
        """Ends the reading because something else comes next than what has to."""
        if self.kinds[self.at] == "end":
            # The break is better seen at the last word than after it, where nothing stands.
            self.stop(f"The program ends where {what} is expected.", max(self.at - 1, 0))
        self.stop(f"Expected {what}, found {quoted(self.words[self.at])}.")

    def span_of(self, at: int) -> Span:
        """The place of one token."""
        return Span(self.starts[at], self.starts[at] + len(self.words[at]))

    def span_from(self, start: int) -> Span:
        """From a token up to the last one that was read."""
        return Span(self.starts[start], self.starts[self.at - 1] + len(self.words[self.at - 1]))

    def piece(self, start: int, end: int) -> str:
        """What stands from one token up to, and without, another: as written, without comments and line ends."""
        if start >= end:
            return ""
        text = self.text[self.starts[start] : self.starts[end - 1] + len(self.words[end - 1])]
        if "\n" in text or "\r" in text or "//" in text or "/*" in text:
            return " ".join(self.words[start:end])
        return text

    def sign(self, sign: str) -> None:
        """Reads this one sign."""
        if self.words[self.at] != sign:
            self.missing(quoted(sign))
        self.at += 1

    def name(self, what: str) -> str:
        """Reads a name."""
        word = self.words[self.at]
        if word in KEYWORDS:
            self.stop(f"Expected {what}, found {quoted(word)}, which is a word of OpenQASM 3 and no name.")
        if self.kinds[self.at] != "word" or word[0] in "$#":
            self.missing(what)
        self.at += 1
        return word

    def close_of(self, opening: int) -> int:
        """The number of the bracket that closes this one."""
        close = self.closing.get(opening)
        if close is None:
            self.stop(f"This {quoted(self.words[opening])} is not closed.", opening)
        return close

    def in_brackets(self) -> str:
        """Reads the next bracket with its partner, and gives what stands between them."""
        start = self.at
        close = self.close_of(start)
        self.at = close + 1
        return self.piece(start + 1, close)

    def arguments(self) -> tuple[str, ...]:
        """Reads `(a, b)`, and gives its parts."""
        end = self.close_of(self.at)
        found: list[str] = []
        at = start = self.at + 1
        while at < end:
            word = self.words[at]
            if word == ",":
                self._argument(found, start, at)
                start = at + 1
            elif word in "([{":
                at = self.close_of(at)
            at += 1
        if start < end:
            self._argument(found, start, end)
        self.at = end + 1
        return tuple(found)

    def _argument(self, found: list[str], start: int, end: int) -> None:
        if start == end:
            self.stop("A value is missing before the `,`.", end)
        found.append(self.piece(start, end))

    def operands(self) -> tuple[Operand, ...]:
        """Reads `q[0], $1, r`, at least one; a comma after the last is allowed."""
        found = [self.operand()]
        while self.words[self.at] == ",":
            self.at += 1
            if self.kinds[self.at] != "word":
                break
            found.append(self.operand())
        return tuple(found)

    def operand(self) -> Operand:
        """Reads `q[0]`, `$1` or `r`."""
        start, word = self.at, self.words[self.at]
        if self.kinds[start] != "word" or word in KEYWORDS or word[0] == "#":
            self.missing("a qubit or a register")
        self.at = start + 1
        if word[0] == "$" and not word[1:].isdecimal():
            self.stop("A qubit of the device is written as `$` and a number.", start)
        index = ""
        while self.words[self.at] == "[" and word[0] != "$":
            index = f"{index}][{self.in_brackets()}" if index else self.in_brackets()
        return Operand(word, index, self.span_from(start))

    def rest(self) -> None:
        """Reads up to the `;` of the statement, over whatever stands before it."""
        start = self.at
        while self.words[self.at] != ";":
            word = self.words[self.at]
            if self.kinds[self.at] == "end":
                self.missing("`;`")
            if word in "([{":
                self.at = self.close_of(self.at)
            elif word in ")]}" or self.kinds[self.at] == "line":
                reason = "A `;` is missing before it." if self.at > start else "It has no partner."
                self.stop(f"{quoted(word)} cannot stand here. {reason}")
            self.at += 1
        self.at += 1
