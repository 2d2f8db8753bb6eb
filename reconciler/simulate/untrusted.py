import json
import math
from collections.abc import Iterable
from typing import Any, NoReturn, TypeAlias

Json: TypeAlias = bool | int | float | str | list["Json"] | dict[str, "Json"] | None

# 100,000 shots of 34 qubits are 7 MB of text, a state vector of 20 qubits 45 MB.
_MAX_CHARACTERS = 64 * 1024 * 1024


class ResultUnreadable(Exception):  # noqa: N818 - says what is wrong with a text, like SimulationFailed
    """The text is not a task result that we know. `reason` is one line for people."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def read_json(text: str) -> object:
    if len(text) > _MAX_CHARACTERS:
        raise ResultUnreadable(f"The result has {len(text)} characters; at most {_MAX_CHARACTERS} are read.")
    try:
        return json.loads(text, parse_constant=_refuse_constant, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise ResultUnreadable(f"The result is not JSON: {str(error)[:200]}") from error


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def _finite(digits: str) -> float:
    # 1e999 is good JSON and an infinite float, which JSON could not say again.
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError(f"{digits[:20]} is too large")
    return value


def read_object(value: object, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ResultUnreadable(f"{what} is not an object.")
    return value


def read_list(value: object, what: str) -> list[Any]:
    if not isinstance(value, list):
        raise ResultUnreadable(f"{what} is not a list.")
    return value


def read_integers(value: object, what: str) -> tuple[int, ...]:
    numbers: Iterable[object] = read_list(value, what)
    if not all(type(number) is int and number >= 0 for number in numbers):
        raise ResultUnreadable(f"{what} holds something else than whole numbers.")
    return tuple(read_list(value, what))


def read_text(value: object) -> str:
    return value[:256] if isinstance(value, str) else ""
