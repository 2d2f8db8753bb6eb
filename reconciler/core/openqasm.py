"""The canonical form of an OpenQASM program: what remains when layout and comments are taken away."""

from __future__ import annotations

import re

from reconciler.core.qasm.tokens import TOKEN

# The tokens of `TOKEN` for a text without strings and lines of their own, found in one call. What is skipped is skipped
# for good (possessive), or a comment's text would be read when no token follows it.
_ANNOTATION = re.compile(r"@[^\W\d]")
_PLAIN_TOKEN = re.compile(
    r"""
    [ \t\r\n]*+ (?: (?: //[^\r\n]*+ | /\*.*?\*/ ) [ \t\r\n]*+ )*+
    (   [^\W\d]\w*+
      | [;,()\[\]{}]
      | 0[xXbBoO]\w*+ | (?:\d[\d_]*+(?:\.[\d_]*+)?|\.\d[\d_]*+)(?:[eE][+-]?\d[\d_]*+)?\w*+
      | \#[^\W\d]\w*+ | \$\w++
      | \*\*=?|<<=?|>>=?|->|\+\+|[-+*/%&|^~<>=!]=|&&|\|\||/\*|[^ \t\r\n]
      | \Z
    )
    """,
    re.VERBOSE | re.DOTALL,
)
_GAP = re.compile(r"""("[^"]*"|'[^']*')|[ \t]+""")


def canonical_openqasm(text: str) -> str:
    """One statement stream with single spaces. Two programs with one canonical form mean the same to every parser.

    Names, numbers and the order of statements are left as written: only layout and comments are no content.
    """
    if _is_plain(text):
        return " ".join(_PLAIN_TOKEN.findall(text)).rstrip(" ")  # the end is an empty token, found once or twice
    return _canonical_with_lines(text)


def _is_plain(text: str) -> bool:
    """Whether it has neither strings nor lines of their own, as nearly every program."""
    if '"' in text or "'" in text or "pragma" in text:
        return False
    return "@" not in text or not _ANNOTATION.search(text)


def _canonical_with_lines(text: str) -> str:
    """The whole grammar, token by token."""
    tokens: list[str] = []
    for found in TOKEN.finditer(text):
        if found.lastgroup in ("comment", "space"):
            continue
        token = found.group()
        if found.lastgroup in ("line", "broken"):
            token = f"\n{_narrow(token)}\n"
        tokens.append(token)
    return " ".join(tokens)


def _narrow(line: str) -> str:
    """Single spaces, except inside quotes."""
    return _GAP.sub(lambda found: found.group(1) or " ", line).strip(" ")
