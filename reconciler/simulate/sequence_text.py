import json
import math
from typing import Any, NoReturn

# A hundred atoms with their device and layout are 20 KB; a waveform of 6000 samples adds 100 KB.
_MAX_CHARACTERS = 4 * 1024 * 1024


class SequenceUnreadable(Exception):  # noqa: N818 - says what is wrong with a text, like ResultUnreadable
    """The text is not a JSON object. `reason` is one line for people; `line` and `column` are 0 when not known."""

    def __init__(self, reason: str, line: int = 0, column: int = 0, *, duplicate: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line
        self.column = column
        self.duplicate = duplicate


def read_sequence(text: str) -> dict[str, Any]:
    """The JSON object of a sequence's text. Stricter than Python: no keys twice, no NaN, no infinite numbers.

    Raises SequenceUnreadable.
    """
    if len(text) > _MAX_CHARACTERS:
        raise SequenceUnreadable(f"It has {len(text):,} characters; at most {_MAX_CHARACTERS:,} are read.")
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
    return document


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        # Which of the two counts is up to the reader: Python takes the last one, others the first.
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise SequenceUnreadable(f"The key {twice[:80]!r} is there twice in one object.", duplicate=True)
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
