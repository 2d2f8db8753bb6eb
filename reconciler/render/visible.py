"""Texts from outside, made harmless for a terminal: what can't be seen is spelled out."""

from __future__ import annotations

_NAMES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def visible(text: str) -> str:
    """One line without control characters: `\\x1b` for an escape, `\\u202e` for a change of writing direction.

    Also covers lone surrogates, which no output could encode, and spaces that only look like a space.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else _spelled(c) for c in text)


def visible_lines(text: str) -> list[str]:
    """The lines of a text that may have several, each one visible. Only a line feed breaks a line."""
    return [visible(line) for line in text.split("\n")]


def _spelled(char: str) -> str:
    code = ord(char)
    if char in _NAMES:
        return _NAMES[char]
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
