"""Did you mean."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

_SHOWN = 60  # an untrusted text in a message stays short
_LISTED = 12
_COMPARED = 2000  # comparing is slow, and a project may have 100,000 addresses


def did_you_mean(wrong: str, known: Iterable[str], otherwise: str | None = None) -> str:
    """`Did you mean "shots"?` if a known word is close, else `otherwise`, else the known words."""
    words = sorted(set(known))
    if len(words) > _COMPARED:
        return otherwise or ""
    lowered = {word.lower(): word for word in words}
    close = get_close_matches(wrong.lower(), lowered, n=1, cutoff=0.6)
    if close:
        return f'Did you mean "{lowered[close[0]]}"?'
    if otherwise is not None:
        return otherwise
    if not words:
        return ""
    more = f" and {len(words) - _LISTED} more" if len(words) > _LISTED else ""
    return f"Known are: {', '.join(words[:_LISTED])}{more}."


def few(names: Sequence[str], most: int = 3) -> str:
    """`a, b, c and 4 more`."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{', '.join(names[:most])}{more}"


def short(text: str) -> str:
    """The text for a message: one line, cut when long."""
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"


def shown(value: object) -> str:  # noqa: PLR0911 - one return for each sort of value reads best
    """What was found, in plain words: `the text "ten"`, `the number 1.5`, `a list`."""
    if value is None:
        return "nothing (null)"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'the text "{short(value)}"'
    if isinstance(value, int | float):
        return f"the number {short(str(value))}"
    if isinstance(value, dict):
        return "a mapping" if value else "an empty mapping"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    return short(str(value))
