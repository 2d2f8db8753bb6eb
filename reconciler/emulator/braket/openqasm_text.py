import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

_TOKEN = re.compile(
    r"""
    (?P<skip>//[^\n]*|/\*.*?\*/|[ \t\r\n]+)
  | (?P<line>\#?pragma\b[^\n]*|@[^\W\d][^\n]*)
  | (?P<part>"[^"\n]*"|\$?\w+(?:\.\w*)?|->|==|.)
    """,
    re.VERBOSE | re.DOTALL,
)
# What begins a statement and is no gate. LOCAL_ONLY is what the developer guide allows the LocalSimulator alone.
_PLAIN = frozenset(
    {"OPENQASM", "include", "qubit", "qreg", "bit", "creg", "input", "output", "measure", "barrier", "box"}
)
LOCAL_ONLY = frozenset(
    {
        *("if", "else", "for", "while", "switch", "case", "break", "continue", "def", "return", "gate", "opaque"),
        *("let", "const", "extern", "reset", "int", "uint", "float", "bool", "angle", "complex", "array", "duration"),
    }
)
_PULSES = frozenset({"cal", "defcal", "defcalgrammar", "delay", "stretch", "nop"})
_WORDS = _PLAIN | LOCAL_ONLY | _PULSES


class Statement(NamedTuple):
    """A statement of an OpenQASM program: its place, its tokens, and the blocks that it is in, outermost first.

    A block is named by its first word, `verbatim` if it is a box after the pragma of that name. The head of a block is
    a statement too. A pragma has the token `#pragma`, then its own words.
    """

    line: int
    column: int
    tokens: tuple[str, ...]
    blocks: tuple[str, ...]

    @property
    def word(self) -> str:
        return self.tokens[0]


class Call(NamedTuple):
    """A gate on its operands, as they are written: `ctrl @ rx(1) q[0], q[1]`."""

    modifiers: tuple[str, ...]
    gate: str
    operands: tuple[str, ...]


def statements(source: str) -> list[Statement]:
    """A light reading, no more than the rules of devices need. What is no OpenQASM is read somehow: it never raises."""
    return list(_statements(source))


def _statements(source: str) -> Iterator[Statement]:
    starts = [0, *(found.end() for found in re.finditer("\n", source))]
    blocks: list[str] = []
    tokens: list[str] = []
    begin, depth, verbatim = 0, 0, False
    for found in _TOKEN.finditer(source):
        if found.lastgroup == "skip":
            continue
        if found.lastgroup == "line":
            words = tuple(found.group().lstrip("#").split())
            if words[0] == "pragma":
                verbatim = words[1:] == ("braket", "verbatim")
                yield _statement(starts, found.start(), ("#pragma", *words[1:]), blocks)
            continue
        part = found.group()
        begin = begin if tokens else found.start()
        depth += (part in "([") - (part in ")]")
        if part not in ";{}" or depth > 0:
            tokens.append(part)
            continue
        if tokens:
            yield _statement(starts, begin, tuple(tokens), blocks)
        if part == "{":
            word = tokens[0] if tokens else ""
            blocks.append("verbatim" if word == "box" and verbatim else word)
        elif part == "}" and blocks:
            blocks.pop()
        tokens, depth, verbatim = [], 0, False
    if tokens:
        yield _statement(starts, begin, tuple(tokens), blocks)


def _statement(starts: list[int], begin: int, tokens: tuple[str, ...], blocks: list[str]) -> Statement:
    line = bisect_right(starts, begin)
    return Statement(line, begin - starts[line - 1] + 1, tokens, tuple(blocks))


def call_of(statement: Statement) -> Call | None:
    """None for what is no call of a gate."""
    tokens = statement.tokens
    if "=" in tokens or "measure" in tokens or not {"gate", "def", "cal", "defcal"}.isdisjoint(statement.blocks):
        return None
    modifiers: list[str] = []
    while "@" in tokens:
        modifiers.append(tokens[0])
        tokens = tokens[tokens.index("@") + 1 :]
    if not tokens or tokens[0] in _WORDS or not tokens[0].isidentifier():
        return None
    gate, rest = tokens[0], tokens[1:]
    operands = operands_of(_after_parenthesis(rest) if rest[:1] == ("(",) else rest)
    return Call(tuple(modifiers), gate, operands) if operands else None


def measured(statement: Statement) -> tuple[str, ...] | None:
    """The operands of a measurement; None for another statement."""
    tokens = statement.tokens
    if "measure" not in tokens or statement.word == "#pragma":
        return None
    tokens = tokens[tokens.index("measure") + 1 :]
    return operands_of(tokens[: tokens.index("->")] if "->" in tokens else tokens)


def operands_of(tokens: tuple[str, ...]) -> tuple[str, ...]:
    """Texts such as `q`, `q[0]` and `$3`; commas divide them, unless they stand in brackets."""
    texts, depth = [""], 0
    for part in tokens:
        depth += (part in "([{") - (part in ")]}")
        if part == "," and depth == 0:
            texts.append("")
        else:
            texts[-1] += part
    return tuple(text for text in texts if text)


def _after_parenthesis(tokens: tuple[str, ...]) -> tuple[str, ...]:
    depth = 0
    for index, part in enumerate(tokens):
        depth += (part == "(") - (part == ")")
        if depth == 0:
            return tokens[index + 1 :]
    return ()
