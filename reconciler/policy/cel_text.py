"""The text of an expression before and while it is parsed: quotes that close, and syntax errors in words."""

from __future__ import annotations

import re

from reconciler.core.suggest import short
from reconciler.policy.cel_problem import CelError, Problem

LONGEST = 4_000  # characters; a longer rule is several rules

# The library's own pattern for a quoted text takes time without bound when the quote never closes. This one tries
# each character once: no alternative begins like another.
_PIECE = re.compile(
    r"//[^\n]*"
    r"|(?P<quote>\"\"\"|'''|\"|')"
    r"|[^/\"']+"
    r"|/"
)
_INSIDE = {
    '"""': re.compile(r'(?:[^"\\]|\\.|"(?!""))*+"""', re.DOTALL),
    "'''": re.compile(r"(?:[^'\\]|\\.|'(?!''))*+'''", re.DOTALL),
    '"': re.compile(r'(?:[^"\\\n]|\\[^\n])*+"'),
    "'": re.compile(r"(?:[^'\\\n]|\\[^\n])*+'"),
}
_WORDS = {"and": "&&", "or": "||", "not": "!", "AND": "&&", "OR": "||", "NOT": "!"}


def checked(text: str) -> str:
    """The text, if it may be parsed at all."""
    if not text.strip():
        raise CelError("The expression is empty.")
    if len(text) > LONGEST:
        raise CelError(f"The expression has {len(text):,} characters; at most {LONGEST:,} are allowed.", LONGEST)
    place = 0
    while place < len(text):
        piece = _PIECE.match(text, place)
        assert piece is not None  # noqa: S101 - the alternatives cover every character
        place = piece.end()
        if quote := piece["quote"]:
            rest = _INSIDE[quote].match(text, place)
            if rest is None:
                raise CelError(f"The text that begins here has no closing {quote}", piece.start())
            place = rest.end()
    return text


def too_early(text: str) -> Problem:
    """Why a text can't be read that ends where more must come."""
    whole = text.rstrip()
    return Problem("The expression ends too early: something is missing after this.", max(len(whole) - 1, 0))


def syntax_problem(text: str, line: int | None, column: int | None) -> Problem:
    """Why the text can't be read, at the place where reading stopped."""
    offset = _offset(text, line, column)
    found = re.match(r"\w+|==?|\S+", text[offset:])
    if found is None:
        return too_early(text)
    word = found[0]
    if word in _WORDS:
        return Problem(f'"{word}" is no operator here; write {_WORDS[word]}', offset, len(word))
    if word == "=":
        return Problem("A single = compares nothing; write ==", offset)
    return Problem(f'"{short(word)}" can\'t stand here.', offset, len(word))


def _offset(text: str, line: int | None, column: int | None) -> int:
    if not line or not column or line < 0 or column < 0:
        return len(text)
    lines = text.split("\n")
    return min(sum(len(each) + 1 for each in lines[: line - 1]) + column - 1, len(text))
