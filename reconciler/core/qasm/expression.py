"""The texts of angles and indices: names put in, the words of OpenQASM 2 written as OpenQASM 3 has them."""

from __future__ import annotations

import re
from collections.abc import Mapping

_NAME = re.compile(r"(?<![\w.])[^\W\d]\w*")
_LOG = re.compile(r"\bln\b(?=\s*\()")
_WHOLE = re.compile(r"[+-]?\d+")
_SIMPLE = re.compile(r"[\w.]+")
_NOTHING = re.compile(r"[-+(]*0*\.?0*(?:[eE][-+]?\d+)?\)*")


def put_in(text: str, values: Mapping[str, str]) -> str:
    """The expression with values for its names."""
    if not values:
        return text
    return _NAME.sub(lambda found: _closed(values.get(found.group(), found.group())), text)


def _closed(text: str) -> str:
    """In brackets, unless it is one word."""
    return text if _SIMPLE.fullmatch(text) else f"({text})"


def modern(text: str) -> str:
    """An angle of OpenQASM 2 as OpenQASM 3 writes it: there `^` is no power, and `ln` is `log`."""
    return _LOG.sub("log", text.replace("^", "**"))


def whole(text: str) -> int | None:
    """The number, if it is a whole one in digits."""
    text = text.strip()
    return int(text) if len(text) <= 9 and _WHOLE.fullmatch(text) else None


def is_zero(text: str) -> bool:
    """Whether it is a zero in digits."""
    return bool("0" in text and _NOTHING.fullmatch(text))


def names_in(text: str) -> set[str]:
    """All names in it."""
    return set(_NAME.findall(text))
