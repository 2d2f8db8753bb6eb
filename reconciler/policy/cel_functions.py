"""The functions of expressions: CEL's own for plain values, and a few for numbers that everybody misses in it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from reconciler.core.suggest import short
from reconciler.policy.cel_problem import CelError
from reconciler.policy.cel_values import Work, calculated, is_number, moment, named, ordered

_PATTERN = 200  # characters of a pattern
_MEMORY = 1 << 20  # bytes for what a pattern is compiled to: a short one can be made to mean a very large one
_INT64 = 1 << 63

Function = Callable[..., Any]


def _size(work: Work, value: Any) -> int:
    if isinstance(value, str | list | tuple | Mapping):
        return len(value)
    raise CelError(f"{named(value)} has no size.".capitalize())


def _contains(work: Work, text: Any, part: Any) -> bool:
    hint = " For an item of a list, write `item in list`." if isinstance(text, list | tuple) else ""
    whole = _text(text, hint)
    work.spend(len(whole) // 8)
    return whole.find(_text(part)) >= 0


def _starts_with(work: Work, text: Any, part: Any) -> bool:
    return _text(text).startswith(_edge(work, part))


def _ends_with(work: Work, text: Any, part: Any) -> bool:
    return _text(text).endswith(_edge(work, part))


def _edge(work: Work, part: Any) -> str:
    wanted = _text(part)
    work.spend(len(wanted) // 64)
    return wanted


def _matches(work: Work, text: Any, pattern: Any) -> bool:
    """Found anywhere in the text, by RE2, whose time grows with the text and never faster."""
    wanted, compiled = _text(text), _compiled(_text(pattern))
    work.spend(len(wanted) // 8)
    return compiled.search(wanted) is not None


@lru_cache(maxsize=64)
def _compiled(pattern: str) -> Any:
    # Comes with the expression library; loaded by the few expressions that match patterns.
    import re2

    if len(pattern) > _PATTERN:
        raise CelError(f"A pattern has at most {_PATTERN} characters.")
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MEMORY
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        raise CelError(f"The pattern can't be read: {short(_words(error))}.") from None


def _words(error: Exception) -> str:
    said = error.args[0] if error.args else "it is no regular expression of RE2"
    return said.decode(errors="replace") if isinstance(said, bytes) else str(said)


def _int(work: Work, value: Any) -> int:
    number = _parsed(value)
    if not math.isfinite(number) or abs(number) >= _INT64:
        raise CelError("This is no whole number that fits into 64 bits.")
    return int(number)


def _double(work: Work, value: Any) -> float:
    return float(_parsed(value))


def _parsed(value: Any) -> Any:
    if is_number(value):
        return value
    if isinstance(value, bool) or not isinstance(value, str) or len(value) > _PATTERN:
        raise CelError(f"{named(value)} can't be made a number.".capitalize())
    try:
        return int(value)
    except ValueError:
        pass
    try:
        return float(value)
    except ValueError:
        raise CelError(f'The text "{short(value)}" is no number.') from None


def _string(work: Work, value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return moment(value).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str) or is_number(value):
        return str(value)
    raise CelError(f"{named(value)} can't be made a text.".capitalize())


def _timestamp(work: Work, value: Any) -> datetime:
    if isinstance(value, date):
        return moment(value)
    try:
        return moment(datetime.fromisoformat(_text(value)))
    except ValueError:
        raise CelError(f'"{short(value)}" is no time; write "2026-11-27T08:00:00Z".') from None


_UNITS = {"ms": 0.001, "d": 86_400, "h": 3_600, "m": 60, "s": 1}


def _duration(work: Work, value: Any) -> timedelta:
    """`1h30m`, `90s`, and `30d`, which CEL itself lacks."""
    rest, seconds = _text(value), 0.0
    if len(rest) > _PATTERN:
        raise CelError("The text is too long for a duration.")
    while rest:
        digits = rest[: len(rest) - len(rest.lstrip("0123456789."))]
        unit = next((each for each in _UNITS if rest[len(digits) :].startswith(each)), None)
        try:
            seconds += float(digits) * _UNITS[unit or ""]
            rest = rest[len(digits) + len(unit or "") :]
        except (ValueError, KeyError):
            raise CelError(f'"{short(value)}" is no duration; write "30d", "1h30m" or "90s".') from None
    try:
        return timedelta(seconds=seconds)
    except OverflowError:
        raise CelError("The duration is too long.") from None


def _abs(work: Work, value: Any) -> Any:
    if not is_number(value):
        raise CelError(f"{named(value)} has no absolute value.".capitalize())
    return abs(value)


def _sum(work: Work, values: Any) -> Any:
    total: Any = 0
    for value in _numbers(work, values):
        total = calculated("+", total, value, work)
    return total


def _min(work: Work, *values: Any) -> Any:
    return _best("<", work, values)


def _max(work: Work, *values: Any) -> Any:
    return _best(">", work, values)


def _best(sign: str, work: Work, values: tuple[Any, ...]) -> Any:
    items = _numbers(work, values[0] if len(values) == 1 else values)
    if not items:
        raise CelError("An empty list has neither a smallest nor a largest number.")
    best = items[0]
    for value in items[1:]:
        if ordered(sign, value, best):
            best = value
    return best


def _numbers(work: Work, values: Any) -> list[Any] | tuple[Any, ...]:
    if not isinstance(values, list | tuple):
        raise CelError(f"This needs a list of numbers, not {named(values)}.")
    work.spend(len(values))
    for value in values:
        if not is_number(value):
            raise CelError(f"This needs a list of numbers, and {named(value)} is in it.")
    return values


def _decimal(work: Work, value: Any) -> Decimal:
    """An exact amount, for money: `decimal("0.1")`."""
    text = _string(work, value)
    work.spend(len(text))
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("nan")
    if not number.is_finite():
        raise CelError(f'"{short(text)}" is no amount.')
    return number


def _text(value: Any, hint: str = "") -> str:
    if isinstance(value, str):
        return value
    raise CelError(f"This needs a text, not {named(value)}.{hint}")


# name: (how many values at least, at most, the function). As a method, what stands before the dot is the first value.
FUNCTIONS: dict[str, tuple[int, int, Function]] = {
    "size": (1, 1, _size),
    "contains": (2, 2, _contains),
    "startsWith": (2, 2, _starts_with),
    "endsWith": (2, 2, _ends_with),
    "matches": (2, 2, _matches),
    "int": (1, 1, _int),
    "double": (1, 1, _double),
    "string": (1, 1, _string),
    "decimal": (1, 1, _decimal),
    "timestamp": (1, 1, _timestamp),
    "duration": (1, 1, _duration),
    "abs": (1, 1, _abs),
    "sum": (1, 1, _sum),
    "min": (1, 16, _min),
    "max": (1, 16, _max),
}
METHODS = frozenset({"size", "contains", "startsWith", "endsWith", "matches", "sum", "min", "max"})
