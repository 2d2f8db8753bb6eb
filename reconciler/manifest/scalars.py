"""Plain scalars by the core schema of YAML 1.2.2 (section 10.3.2)."""

from __future__ import annotations

import math
import re
from functools import lru_cache

Plain = str | int | float | bool | None

_INTEGER = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_WORDS: dict[str, bool | None] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_NUMBER_STARTS = frozenset("0123456789+-.")
# Python refuses to read integers above 4,300 digits; nothing that a manifest states comes near this bound.
_MAX_DIGITS = 400


class RefusedScalar(ValueError):  # noqa: N818 - named after the thing refused
    """A number that YAML allows and a manifest does not; the message says why."""


@lru_cache(maxsize=8192)
def plain(text: str) -> Plain:  # noqa: PLR0911 - one return for each form of the schema
    """The value of an unquoted scalar. Raises RefusedScalar.

    The cache makes the ten thousandth `shots: 1000` cost one look-up.
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMBER_STARTS:
        return text
    if _INTEGER.fullmatch(text):
        if len(text) > _MAX_DIGITS:
            raise RefusedScalar(f"a whole number with more than {_MAX_DIGITS} digits is refused")
        return int(text)
    if _FLOAT.fullmatch(text):
        return _finite(text)
    if _OCTAL.fullmatch(text):
        return int(text[2:], 8)
    if _HEXADECIMAL.fullmatch(text):
        return int(text[2:], 16)
    if _NOT_FINITE.fullmatch(text):
        raise RefusedScalar(f"{text} is no finite number, and no field of a manifest can mean it")
    return text


def plain_text(text: str) -> bool:
    """Whether the text means itself without quotes, as a value and as a key."""
    try:
        return plain(text) == text and text != "<<"
    except RefusedScalar:
        return False


def _finite(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise RefusedScalar(f"{text[:40]} is too large for a 64-bit floating point number")
    return value
