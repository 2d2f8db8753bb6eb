# Imports heavy libraries (about a second): load this module only to simulate.
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from antlr4.error.ErrorListener import (  # type: ignore[import-untyped]  # a dependency of the simulator, without types
    ConsoleErrorListener,
    ErrorListener,
)
from braket.default_simulator.openqasm.parser.openqasm_parser import QASM3ParsingError

from reconciler.simulate import SimulationFailed

_LONGEST = 200  # characters of antlr's message, which may list every token it knows


class _Raising(ErrorListener):  # type: ignore[misc]  # the library ships no types
    def __init__(self, what: str) -> None:
        self._what = what

    def syntaxError(self, *event: Any) -> None:  # noqa: N802 - antlr's name
        _, _, line, column, message = event[:5]
        _refuse(self._what, line, column, message)


@contextmanager
def strict_syntax(what: str) -> Iterator[None]:
    """Raises SimulationFailed with line, column and message for anything in here that does not parse.

    The library leaves antlr's default listener in place: it prints to stderr, and goes on where it can, so that
    `adjoint_gradient expectation(...)` would come out as a plain expectation.
    """
    printing = ConsoleErrorListener.INSTANCE
    ConsoleErrorListener.INSTANCE = _Raising(what)
    try:
        yield
    except QASM3ParsingError as error:
        token = _token_of(error)
        if token is None:
            raise SimulationFailed(f"{what} does not parse: {_shortened(error) or 'no reason is given'}") from error
        _refuse(what, token.line, token.column, f"{_shown(token.text)} is not expected here")
    finally:
        ConsoleErrorListener.INSTANCE = printing


def _token_of(error: BaseException) -> Any:
    """The token where the parser gave up; it gives up without telling its listener if a certain token is missing."""
    cause: Any = error.__cause__
    while cause is not None and getattr(cause, "offendingToken", None) is None:
        cause = next((part for part in getattr(cause, "args", ()) if isinstance(part, BaseException)), None)
    return None if cause is None else cause.offendingToken


def _refuse(what: str, line: int, column: int, message: object) -> NoReturn:
    # antlr counts columns from 0, editors and our diagnostics from 1.
    raise SimulationFailed(f"{what} does not parse at line {line}:{column + 1}: {_shortened(message)}") from None


def _shortened(message: object) -> str:
    return " ".join(str(message).split())[:_LONGEST]


def _shown(text: str) -> str:
    return "the end" if text == "<EOF>" else f"'{text[:40]}'"
