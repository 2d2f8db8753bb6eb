"""The canonical form of an OpenQASM program: what remains when layout and comments are taken away."""

from __future__ import annotations

import re

# Pragmas and annotations end with their line, so line ends matter there and nowhere else.
_TOKEN = re.compile(
    r"""
    (?P<comment>//[^\n]*|/\*.*?\*/)
  | (?P<line>(?:\#\s*pragma|pragma|@)[^\n]*)
  | (?P<space>\s+)
  | (?P<string>"[^"\n]*"|'[^'\n]*')
  | (?P<word>[^\W\d]\w*|\$\d+)
  | (?P<number>(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[A-Za-zµ]*|0[xXbBoO][\da-fA-F_]+)
  | (?P<sign>\*\*=?|<<=?|>>=?|->|\+\+|[-+*/%&|^<>=!]=|&&|\|\||.)
    """,
    re.VERBOSE | re.DOTALL,
)


def canonical_openqasm(text: str) -> str:
    """One statement stream with single spaces. Two programs with one canonical form mean the same to every parser.

    Names, numbers and the order of statements are left as written: only layout and comments are no content.
    """
    tokens: list[str] = []
    for found in _TOKEN.finditer(text):
        if found.lastgroup in ("comment", "space"):
            continue
        token = found.group()
        tokens.append("\n" + " ".join(token.split()) + "\n" if found.lastgroup == "line" else token)
    return " ".join(tokens)
