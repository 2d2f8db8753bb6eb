"""Where a resource stands in a project: `Kind/name[key=value,...]`."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

KIND = re.compile(r"[A-Z][A-Za-z0-9]{0,62}")
NAME = re.compile(r"[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?")
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_.:+-]*")
_PART = re.compile(r'([A-Za-z_][A-Za-z0-9_]*)=("(?:[^"\\]|\\.)*"|[^,\]"]+)(?:,(?=.)|$)')
_WORDS = frozenset({"true", "false", "null", "inf", "nan"})  # plain, they are no strings

Scalar = str | int | float | bool


class InvalidAddress(ValueError):  # noqa: N818 - reads as the problem, as in the standard library's own UnicodeError kin
    """The text is no address; the message says what was expected."""


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """A kind, a name, and for one point of a sweep its key: sorted pairs of text, made by `key_text`."""

    kind: str
    name: str
    key: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        if not self.key:
            return f"{self.kind}/{self.name}"
        pairs = ",".join(f"{name}={value}" for name, value in self.key)
        return f"{self.kind}/{self.name}[{pairs}]"

    @property
    def base(self) -> Address:
        """The address of the whole sweep."""
        return Address(self.kind, self.name) if self.key else self


def key_text(value: Scalar) -> str:
    """The text of one key value. The number 1 and the string "1" stay different: such strings are quoted."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return repr(value)
    if _PLAIN.fullmatch(value) and value not in _WORDS:
        return value
    return json.dumps(value, ensure_ascii=False)


def parse_address(text: str) -> Address:
    """Read an address back. Raises InvalidAddress."""
    head, bracket, tail = text.partition("[")
    kind, slash, name = head.partition("/")
    if not slash or not KIND.fullmatch(kind) or not NAME.fullmatch(name):
        raise InvalidAddress(f"{text!r} is no address: expected Kind/name or Kind/name[key=value]")
    if not bracket:
        return Address(kind, name)
    if not tail.endswith("]"):
        raise InvalidAddress(f"{text!r} is no address: the key has no closing bracket")
    return Address(kind, name, _parse_key(text, tail[:-1]))


def _parse_key(text: str, inner: str) -> tuple[tuple[str, str], ...]:
    pairs: list[tuple[str, str]] = []
    at = 0
    while at < len(inner):
        found = _PART.match(inner, at)
        if not found:
            raise InvalidAddress(f"{text!r} is no address: expected key=value at {inner[at:]!r}")
        pairs.append((found.group(1), found.group(2)))
        at = found.end()
    if not pairs:
        raise InvalidAddress(f"{text!r} is no address: the key is empty")
    return tuple(sorted(pairs))
