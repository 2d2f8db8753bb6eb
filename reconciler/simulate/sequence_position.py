import json
import re

_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


def find_position(text: str, path: tuple[str | int, ...]) -> tuple[int, int]:
    """Line and column, counted from 1, of the value at a path in a JSON text; of the last part of it that is there.

    (0, 0) for a text that is not JSON.
    """
    try:
        place = _skip(text, 0)
        for part in path:
            found = _member(text, place, part) if isinstance(part, str) else _item(text, place, part)
            if found is None:
                break
            place = found
    except (ValueError, IndexError, RecursionError):
        return 0, 0
    return text.count("\n", 0, place) + 1, place - text.rfind("\n", 0, place)


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
