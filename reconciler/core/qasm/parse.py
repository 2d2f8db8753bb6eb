"""The text of an OpenQASM program to its statements. Any text is taken: a broken one says where it breaks, and why."""

from __future__ import annotations

from functools import lru_cache

from reconciler.core.qasm.reader import Reader, Stop
from reconciler.core.qasm.statements import read_statement
from reconciler.core.qasm.syntax import Broken, Program, Statement

_LONG = 100_000  # characters; the statements of a text take about forty times its own memory


def parse(text: str) -> Program:
    """The program. Never raises; time is linear in the text. A text that was parsed lately is not parsed again.

    What stands inside of expressions is kept as text and not looked at: that is the simulator's and the device's.
    """
    return _long(text) if len(text) > _LONG else _short(text)


def _parsed(text: str) -> Program:
    reader = Reader(text)
    statements: list[Statement] = []
    broken = _read(reader, statements) or reader.broken
    return Program(text, tuple(statements), broken)


def _read(reader: Reader, into: list[Statement]) -> Broken | None:
    """Reads all statements; the tokens' own break, if there is one, tells more than what follows from it."""
    kinds = reader.kinds
    try:
        while kinds[reader.at] != "end":
            read_statement(reader, into)
    except Stop as stop:
        return reader.broken or stop.broken
    return None


_short = lru_cache(maxsize=256)(_parsed)
_long = lru_cache(maxsize=2)(_parsed)
