"""What the operators of an expression do to plain values: numbers of any kind together, and nothing else mixed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal, DecimalException
from operator import add, ge, gt, le, lt, mul, sub, truediv
from typing import Any

from reconciler.core.suggest import did_you_mean, short
from reconciler.policy.cel_problem import CelError

_DEEPEST = 32
_DIGITS = 400  # of a whole number: beyond what a float holds, and nobody means it


class Work:
    """How much an expression may still do: nothing that a text says runs without end."""

    LIMIT = 2_000_000

    def __init__(self) -> None:
        self.left = self.LIMIT

    def spend(self, amount: int) -> None:
        """Count what is done before it is done."""
        self.left -= amount
        if self.left < 0:
            raise CelError("The expression does too much: it goes through too many items, or makes too large a value.")


def named(value: object) -> str:
    """What sort of value it is, in a word or two; never the value, which may be large."""
    names: tuple[tuple[Any, str], ...] = (
        (type(None), "null"),
        (bool, "a truth value"),
        (str, "a text"),
        (int | float | Decimal, "a number"),
        (list | tuple, "a list"),
        (Mapping, "a mapping"),
        (date, "a time"),
        (timedelta, "a duration"),
    )
    return next((name for kind, name in names if isinstance(value, kind)), "a value of another sort")


def is_number(value: object) -> bool:
    """A truth value is no number here, whatever Python thinks."""
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def pair(left: Any, right: Any) -> tuple[Any, Any]:
    """Two numbers of one sort. A float beside a decimal means the digits that a person reads."""
    if isinstance(left, Decimal) and isinstance(right, float):
        return left, Decimal(repr(right))
    if isinstance(left, float) and isinstance(right, Decimal):
        return Decimal(repr(left)), right
    return left, right


def moment(value: date) -> datetime:
    """A day begins at midnight UTC; a time without a zone is UTC."""
    if not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day, tzinfo=timezone.utc)  # noqa: UP017 - 3.11 has both
    return value if value.tzinfo else value.replace(tzinfo=timezone.utc)  # noqa: UP017 - the same


def same(left: Any, right: Any, work: Work, depth: int = 0) -> bool:
    """Values of different sorts are different; 1 and 1.0 are one number."""
    work.spend(1)
    if depth > _DEEPEST:
        raise CelError("The values are nested too deeply to be compared.")
    if is_number(left) and is_number(right):
        left, right = pair(left, right)
        return bool(left == right)
    if isinstance(left, date) and isinstance(right, date):
        return moment(left) == moment(right)
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return len(left) == len(right) and all(same(a, b, work, depth + 1) for a, b in zip(left, right, strict=True))
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return left.keys() == right.keys() and all(same(left[key], right[key], work, depth + 1) for key in left)
    if isinstance(left, str):
        work.spend(len(left) // 64)
    return type(left) is type(right) and bool(left == right)


def contained(item: Any, holder: Any, work: Work) -> bool:
    """`in`: an item of a list or a key of a mapping."""
    if isinstance(holder, list | tuple):
        return any(same(item, each, work) for each in holder)
    if isinstance(holder, Mapping):
        return isinstance(item, str | int) and item in holder
    hint = " For a part of a text, write text.contains(part)." if isinstance(holder, str) else ""
    raise CelError(f"`in` looks into a list or a mapping, and this is {named(holder)}.{hint}")


_ORDER: dict[str, Callable[[Any, Any], Any]] = {"<": lt, "<=": le, ">": gt, ">=": ge}


def ordered(sign: str, left: Any, right: Any) -> bool:
    """Numbers, texts, times and durations have an order among themselves."""
    if is_number(left) and is_number(right):
        return bool(_ORDER[sign](*pair(left, right)))
    if isinstance(left, date) and isinstance(right, date):
        return bool(_ORDER[sign](moment(left), moment(right)))
    for kind in (str, timedelta):
        if isinstance(left, kind) and isinstance(right, kind):
            return bool(_ORDER[sign](left, right))
    raise CelError(f"{named(left)} and {named(right)} can't be compared by {sign}".capitalize())


_SUMS: dict[str, Callable[[Any, Any], Any]] = {"+": add, "-": sub, "*": mul, "/": truediv}


def calculated(sign: str, left: Any, right: Any, work: Work) -> Any:
    """Arithmetic: with numbers as on paper, so 450 / 1000 is 0.45; texts and lists are joined by +."""
    if is_number(left) and is_number(right):
        return _number(sign, *pair(left, right))
    if sign == "+" and isinstance(left, str) and isinstance(right, str):
        work.spend((len(left) + len(right)) // 8)
        return left + right
    if sign == "+" and isinstance(left, list | tuple) and isinstance(right, list | tuple):
        work.spend(len(left) + len(right))
        return [*left, *right]
    if sign in "+-" and isinstance(left, date | timedelta) and isinstance(right, date | timedelta):
        return _time(sign, left, right)
    raise CelError(f"{named(left)} and {named(right)} don't go together with {sign}".capitalize())


def _number(sign: str, left: Any, right: Any) -> Any:
    if sign in "/%" and right == 0:
        raise CelError("Something is divided by zero.")
    try:
        if sign == "%":
            # The sign of a remainder is that of what is divided, as everywhere in CEL.
            rest = abs(left) % abs(right)
            return -rest if left < 0 else rest
        value = _SUMS[sign](left, right)
    except (OverflowError, DecimalException):
        raise CelError("A number becomes too large.") from None
    if isinstance(value, int) and value.bit_length() > _DIGITS:
        raise CelError("A number becomes too large.")
    return value


def _time(sign: str, left: Any, right: Any) -> Any:
    try:
        values = [moment(each) if isinstance(each, date) else each for each in (left, right)]
        return _SUMS[sign](*values)
    except (TypeError, OverflowError):
        raise CelError(f"{named(left)} and {named(right)} don't go together with {sign}".capitalize()) from None


def field(holder: Any, key: str) -> Any:
    """`holder.key`."""
    if not isinstance(holder, Mapping):
        raise CelError(f'This is {named(holder)} and has no "{short(key)}".')
    if key in holder:
        return holder[key]
    raise CelError(f'There is no "{short(key)}" here. {did_you_mean(key, (str(each) for each in holder))}'.strip())


def indexed(holder: Any, key: Any) -> Any:
    """`holder[key]`: the item of a list by its number from 0, of a mapping by its key."""
    if isinstance(holder, Mapping):
        if isinstance(key, str):
            return field(holder, key)
        if is_number(key) and key in holder:
            return holder[key]
        raise CelError(f"{named(key)} is no key of this mapping.".capitalize())
    if not isinstance(holder, list | tuple):
        raise CelError(f"{named(holder)} has no items.".capitalize())
    if not isinstance(key, int) or isinstance(key, bool):
        raise CelError(f"An item of a list is named by a whole number, not by {named(key)}.")
    if not 0 <= key < len(holder):
        raise CelError(f"The list has {len(holder)} items, counted from 0; there is no item {short(str(key))}.")
    return holder[key]
