"""What an expression sees while it runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from reconciler.policy.cel_problem import CelError
from reconciler.policy.cel_values import Work, named


class Scope:
    """The names that have a value here, and how much work is left."""

    __slots__ = ("values", "work")

    def __init__(self, values: Mapping[str, Any], work: Work) -> None:
        self.values = values
        self.work = work

    def with_value(self, name: str, value: Any) -> Scope:
        """The same with one name more, for the inside of a macro."""
        return Scope({**self.values, name: value}, self.work)


Run = Callable[[Scope], Any]


def truth(value: Any) -> bool:
    """Only true and false decide anything: a number or a text is a mistake, not a yes."""
    if isinstance(value, bool):
        return value
    raise CelError(f"This needs true or false, and it is {named(value)}.")
