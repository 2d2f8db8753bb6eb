import math
import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any

# Beyond any time in ns, phase or frequency. Python's whole numbers have no limit: 9**9**9 never ends.
_LARGEST = 1e12

_UNARY: dict[str, Callable[[float], float]] = {
    "neg": operator.neg,
    "abs": abs,
    "ceil": math.ceil,
    "floor": math.floor,
    "round": round,
    "sqrt": math.sqrt,
    "exp": math.exp,
    "log": math.log,
    "log2": math.log2,
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "tanh": math.tanh,
}
BINARY: dict[str, Callable[[float, float], float]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
    "mod": operator.mod,
    "pow": math.pow,
}


class NoValue(Exception):  # noqa: N818 - an outcome of reading an expression
    """An expression of a sequence has no number that we could compute with. `reason` is one line for people."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Unset(NoValue):
    """It names a variable that has no value here."""


def evaluate(node: Any, values: Mapping[str, list[float]]) -> list[float]:
    """The numbers that a parameter of a sequence stands for; a list of one for a scalar.

    Raises NoValue: its result or a part of it is no number, or too large; Unset: it names a variable without a value.
    """
    found = _evaluate(node, values)
    if not all(math.isfinite(value) and abs(value) <= _LARGEST for value in found):
        raise NoValue("An expression of the sequence gives a number that is too large.")
    return found


def _evaluate(node: Any, values: Mapping[str, list[float]]) -> list[float]:
    if not isinstance(node, dict):
        items = node if isinstance(node, list) else [node]
        return [float(item) for item in items if isinstance(item, int | float)]
    if "variable" in node:
        return _variable(node["variable"], values)
    name, lhs, rhs = str(node.get("expression")), node.get("lhs"), node.get("rhs")
    if name in _UNARY:
        return [_apply(_UNARY[name], value) for value in evaluate(lhs, values)]
    if name == "index":
        return _index(evaluate(lhs, values), evaluate(rhs, values))
    return _binary(BINARY[name], lhs, rhs, values) if name in BINARY else []


def _variable(name: Any, values: Mapping[str, list[float]]) -> list[float]:
    if not isinstance(name, str) or name not in values:
        raise Unset(f"The variable {str(name)[:80]!r} has no value.")
    return values[name]


def _index(found: list[float], places: list[float]) -> list[float]:
    if not all(-len(found) <= place < len(found) for place in places):
        raise NoValue("An expression of the sequence asks for an element that its variable does not have.")
    return [found[int(place)] for place in places]


def _binary(
    compute: Callable[[float, float], float], lhs: Any, rhs: Any, values: Mapping[str, list[float]]
) -> list[float]:
    # Between two constants Pulser takes lists for Python's own: [0] * 10**9 would be made.
    if not (isinstance(lhs, dict) or isinstance(rhs, dict)) and (isinstance(lhs, list) or isinstance(rhs, list)):
        raise NoValue("An expression of the sequence computes with a list of constants.")
    left, right = evaluate(lhs, values), evaluate(rhs, values)
    size = max(len(left), len(right))
    if not {len(left), len(right)} <= {1, size}:
        raise NoValue("An expression of the sequence combines variables of different sizes.")
    left, right = left * (size // max(1, len(left))), right * (size // max(1, len(right)))
    return [_apply(compute, one, other) for one, other in zip(left, right, strict=True)]


def _apply(compute: Callable[..., float], *numbers: float) -> float:
    try:
        return float(compute(*numbers))
    except (ArithmeticError, ValueError) as error:
        raise NoValue(f"An expression of the sequence has no value ({error}).") from error


def variables_used(node: Any, path: tuple[str | int, ...]) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    """The names of variables below a node that is at `path`, each with its place."""
    if isinstance(node, dict) and isinstance(node.get("variable"), str):
        yield node["variable"], path
        return
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, item in items:
        yield from variables_used(item, (*path, key))
