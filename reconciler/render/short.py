"""Texts in a bounded room."""

from __future__ import annotations

_LONGEST = 300


def short(text: str, longest: int = _LONGEST) -> str:
    """The text, cut at its end where it is too long for a line."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def size(text: str) -> int:
    """Bytes of UTF-8; GitHub counts characters, of which there are never more."""
    return len(text.encode("utf-8", "backslashreplace"))
