"""How many columns a text takes on a terminal, and texts cut or filled to a number of columns."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

_CUT = "…"


def columns(text: str) -> int:
    """Columns of a terminal: East Asian wide characters take two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(_columns_of(c) for c in text)


def _columns_of(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def cut_middle(text: str, room: int) -> str:
    """The text in at most `room` columns (at least 3): both ends stay, for names differ at either."""
    room = max(room, 3)
    if columns(text) <= room:
        return text
    head = _prefix(text, room // 2)
    tail = _prefix(reversed(text), room - 1 - columns(head))[::-1]
    return f"{head}{_CUT}{tail}"


def _prefix(chars: Iterable[str], room: int) -> str:
    kept, used = [], 0
    for char in chars:
        used += _columns_of(char)
        if used > room:
            break
        kept.append(char)
    return "".join(kept)


def fill(text: str, room: int, *, right: bool = False) -> str:
    """The text with spaces up to `room` columns; `right` puts them first."""
    spaces = " " * (room - columns(text))
    return spaces + text if right else text + spaces
