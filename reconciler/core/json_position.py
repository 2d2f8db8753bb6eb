"""Where a value stands in a JSON text, found again on demand: positions cost nothing while all is well."""

from __future__ import annotations

import json
import re

_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


def find_position(text: str, path: tuple[str | int, ...]) -> tuple[int, int]:
    """Line and column, counted from 1, of the value at a path in a JSON text; of the last part of it that is there.

    (0, 0) for a text that is not JSON.
    """
    found = find_value(text, path)
    if found is None:
        return 0, 0
    return text.count("\n", 0, found[0]) + 1, found[0] - text.rfind("\n", 0, found[0])


def find_value(text: str, path: tuple[str | int, ...]) -> tuple[int, int] | None:
    """The same as offsets: where it begins and ends."""
    try:
        place = _skip(text, 0)
        for part in path:
            found = _member(text, place, part) if isinstance(part, str) else _item(text, place, part)
            if found is None:
                break
            place = found
        return place, _end(text, place)
    except (ValueError, IndexError, RecursionError):
        return None


def _member(text: str, place: int, key: str) -> int | None:
    if text[place] != "{":
        return None
    place = _skip(text, place + 1)
    while text[place] == '"':
        name, place = _DECODER.raw_decode(text, place)
        place = _skip(text, _skip(text, place) + 1)  # past the colon
        if name == key:
            return place
        place = _skip(text, _end(text, place))
        if text[place] != ",":
            return None
        place = _skip(text, place + 1)
    return None


def _item(text: str, place: int, index: int) -> int | None:
    if text[place] != "[":
        return None
    place = _skip(text, place + 1)
    for _ in range(index):
        place = _skip(text, _end(text, place))
        if text[place] != ",":
            return None
        place = _skip(text, place + 1)
    return place


def _end(text: str, place: int) -> int:
    return _DECODER.raw_decode(text, place)[1]


def _skip(text: str, place: int) -> int:
    found = _SPACE.match(text, place)
    return found.end() if found else place
