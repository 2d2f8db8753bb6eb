import json
import math
from typing import Any, NoReturn

from reconciler.simulate.sequence_expression import BINARY

# A hundred atoms with their device and layout are 20 KB; a waveform of 6000 samples adds 100 KB.
_MAX_CHARACTERS = 4 * 1024 * 1024
_MAX_DEPTH = 64
# To Pulser's schema `neg` may be a binary expression too, so checking -(-(-x)) takes twice as long with each sign.
_MAX_UNARY = 10


class SequenceUnreadable(Exception):  # noqa: N818 - says what is wrong with a text, like ResultUnreadable
    """The text is not a JSON object that we read.

    `reason` is one line for people; `line` and `column` are 0 when not known; `code` is that of the diagnostic.
    """

    def __init__(self, reason: str, line: int = 0, column: int = 0, *, code: str = "sequence/not-json") -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line
        self.column = column
        self.code = code


def read_sequence(text: str) -> dict[str, Any]:
    """The JSON object of a sequence's text. Stricter than Python: no keys twice, no NaN, no infinite or huge numbers.

    Raises SequenceUnreadable.
    """
    if len(text) > _MAX_CHARACTERS:
        reason = f"It has {len(text):,} characters; at most {_MAX_CHARACTERS:,} are read."
        raise SequenceUnreadable(reason, code="sequence/too-large")
    try:
        document = json.loads(
            text, object_pairs_hook=_unique, parse_constant=_refuse_constant, parse_float=_finite, parse_int=_whole
        )
    except json.JSONDecodeError as error:
        raise SequenceUnreadable(f"{error.msg}.", error.lineno, error.colno) from error
    except (ValueError, RecursionError) as error:
        raise SequenceUnreadable(f"{str(error)[:200]}.") from error
    if not isinstance(document, dict):
        raise SequenceUnreadable("It is not an object.", 1, 1)
    _refuse_deep(document, 0, 0)
    return document


def _refuse_deep(node: Any, depth: int, unary: int) -> None:
    """What libraries read with recursion, level by level, has a bound on its levels."""
    if isinstance(node, dict) and "expression" in node:
        _refuse_odd(node)
        unary += "rhs" not in node or node["expression"] not in BINARY
    if depth > _MAX_DEPTH or unary > _MAX_UNARY:
        raise SequenceUnreadable("It is nested too deep.", code="sequence/too-deep")
    for item in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        if isinstance(item, dict | list):
            _refuse_deep(item, depth + 1, unary)


def _refuse_odd(expression: dict[str, Any]) -> None:
    if not isinstance(expression["expression"], str) or not expression.keys() <= {"expression", "lhs", "rhs"}:
        raise SequenceUnreadable("An expression is no operation with its operands.", code="sequence/schema")
    if not all(map(_is_operand, _operands(expression))):
        reason = "An operand of an expression is no number, no list of numbers, no variable and no expression."
        raise SequenceUnreadable(reason, code="sequence/schema")


def _operands(node: dict[str, Any]) -> list[Any]:
    return [node[key] for key in ("lhs", "rhs") if key in node]


def _is_operand(value: Any) -> bool:
    if isinstance(value, dict):
        return "expression" in value or value.keys() == {"variable"}
    return all(isinstance(item, int | float) for item in (value if isinstance(value, list) else [value]))


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        # Which of the two counts is up to the reader: Python takes the last one, others the first.
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise SequenceUnreadable(f"The key {twice[:80]!r} is there twice in one object.", code="sequence/duplicate-key")
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError(f"{digits[:20]} is too large a number")
    return value


def _whole(digits: str) -> int:
    # Pulser computes with fixed widths, and Python with as many digits as there are.
    if len(digits) > 20:
        raise ValueError(f"{digits[:20]}… is too large a number")
    return int(digits)
