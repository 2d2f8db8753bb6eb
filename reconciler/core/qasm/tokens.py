"""The tokens of OpenQASM, after qasm3Lexer.g4 of the OpenQASM 3 grammar, and which bracket closes which."""

from __future__ import annotations

import re
from dataclasses import dataclass

from reconciler.core.qasm.syntax import Broken, Span

# Pragmas and annotations end with their line, so line ends matter there and nowhere else. An `@` before a space is a
# gate modifier, not an annotation. A lone carriage return ends a line too. What no token of the grammar begins with
# is a sign of its own, so that a broken program never looks like a sound one.
TOKEN = re.compile(
    r"""
    (?P<comment>//[^\r\n]*|/\*.*?\*/)
  | (?P<line>(?:\#?pragma\b|@[^\W\d])[^\r\n]*)
  | (?P<space>[ \t\r\n]+)
  | (?P<string>"[^"\r\n]*"|'[^'\r\n]*')
  | (?P<broken>["'][^\r\n]*)
  | (?P<word>\#?[^\W\d]\w*|\$\w+)
  | (?P<number>(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?\w*)
  | (?P<sign>\*\*=?|<<=?|>>=?|->|\+\+|[-+*/%&|^~<>=!]=|&&|\|\||/\*|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_KNOWN = frozenset("-+*/%&|^~<>=!;:,.()[]{}@")
_CLOSES = {")": "(", "]": "[", "}": "{"}
_QUOTED = 30  # characters of a word that a reason quotes


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens up to the first that can't be one, in columns, with an end of kind "end" after the last.

    `closing` maps the number of an opening bracket to that of its closing one; those that are never closed are not in
    it. `broken` tells why the tokens end before the text does.
    """

    kinds: list[str]
    words: list[str]
    starts: list[int]
    closing: dict[int, int]
    broken: Broken | None


def tokens_of(text: str) -> Tokens:
    """All tokens in one pass; the time is linear in the text."""
    kinds: list[str] = []
    words: list[str] = []
    starts: list[int] = []
    closing: dict[int, int] = {}
    opened: list[int] = []
    broken = None
    before = ""
    for found in TOKEN.finditer(text):
        kind = found.lastgroup or ""
        if kind in ("space", "comment"):
            continue
        word = found.group()
        if kind == "sign":
            broken = _bracket(word, len(words), opened, closing, words, starts) if word in "()[]{};" else None
            if broken is None and len(word) == 1 and word not in _KNOWN:
                broken = Broken(f"{quoted(word)} is no sign of OpenQASM.", Span(found.start(), found.end()))
            elif word == "/*":
                broken = Broken("This comment has no end.", Span(found.start(), found.end()))
        elif kind != "word" or before == "number":
            broken = _misplaced(kind, word, before, found.start(), bool(opened) and words[opened[-1]] != "{")
        if broken is not None:
            break
        before = kind
        kinds.append(kind)
        words.append(word)
        starts.append(found.start())
    kinds.append("end")
    words.append("")
    starts.append(broken.span.start if broken is not None else len(text))
    return Tokens(kinds, words, starts, closing, broken)


def quoted(word: str) -> str:
    """A word of a program in a sentence."""
    return f"`{word if len(word) <= _QUOTED else word[:_QUOTED] + '…'}`"


def _bracket(
    sign: str, number: int, opened: list[int], closing: dict[int, int], words: list[str], starts: list[int]
) -> Broken | None:
    """Notes a bracket, or says why it can't stand there."""
    if sign == ";":
        if opened and words[opened[-1]] != "{":
            return _never_closed(words[opened[-1]], starts[opened[-1]])
        return None
    if sign not in _CLOSES:
        opened.append(number)
        return None
    if not opened:
        return None  # the parser meets it outside of all brackets, and knows its place
    if words[opened[-1]] != _CLOSES[sign]:
        return _never_closed(words[opened[-1]], starts[opened[-1]])
    closing[opened.pop()] = number
    return None


def _never_closed(sign: str, start: int) -> Broken:
    return Broken(f"This {quoted(sign)} is not closed.", Span(start, start + 1))


def _misplaced(kind: str, word: str, before: str, start: int, enclosed: bool) -> Broken | None:
    """Why a text, a number or a line of its own can't stand there; the same for a word right after a number."""
    span = Span(start, start + len(word))
    if kind == "broken":
        return Broken("This text in quotes has no end on its line.", span)
    if kind == "line":
        return Broken("A pragma or an annotation cannot stand inside brackets.", span) if enclosed else None
    if before == "number" and word != "im":
        return Broken(f"An operator, a comma or a `;` is missing before {quoted(word)}.", span)
    return None


def words_of(text: str) -> frozenset[str]:
    """All names and keywords of a program."""
    return frozenset(found.group() for found in TOKEN.finditer(text) if found.lastgroup == "word")
