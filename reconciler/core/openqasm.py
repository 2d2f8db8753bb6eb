"""The canonical form of an OpenQASM program: what remains when layout and comments are taken away."""

from __future__ import annotations

import re

# After qasm3Lexer.g4 of the OpenQASM 3 grammar. Pragmas and annotations end with their line, so line ends matter there
# and nowhere else. An `@` before a space is a gate modifier, not an annotation. A lone carriage return ends a line too.
# What no token of the grammar begins with stays as it is, so that a broken program never looks like a sound one.
_TOKEN = re.compile(
    r"""
    (?P<comment>//[^\r\n]*|/\*.*?\*/)
  | (?P<line>(?:\#?pragma\b|@[^\W\d])[^\r\n]*)
  | (?P<space>[ \t\r\n]+)
  | (?P<string>"[^"\r\n]*"|'[^'\r\n]*')
  | (?P<broken>["'][^\r\n]*)
  | (?P<word>\#?[^\W\d]\w*|\$\w+)
  | (?P<number>0[xXbBoO]\w*|(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?\w*)
  | (?P<sign>\*\*=?|<<=?|>>=?|->|\+\+|[-+*/%&|^~<>=!]=|&&|\|\||/\*|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_GAP = re.compile(r"""("[^"]*"|'[^']*')|[ \t]+""")


def canonical_openqasm(text: str) -> str:
    """One statement stream with single spaces. Two programs with one canonical form mean the same to every parser.

    Names, numbers and the order of statements are left as written: only layout and comments are no content.
    """
    tokens: list[str] = []
    for found in _TOKEN.finditer(text):
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
