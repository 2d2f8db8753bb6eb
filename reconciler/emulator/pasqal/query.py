"""The query of a request, read with the types that the API gives its parameters."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qs

from reconciler.emulator.clock import milliseconds
from reconciler.emulator.pasqal.jsend import invalid

_FLAGS = {"true": True, "1": True, "false": False, "0": False}


@dataclass(frozen=True, slots=True)
class Query:
    """Each method raises Refused 422 for a value that is not of its type, and takes "" for one that is not there."""

    text: str

    def texts(self, name: str, choices: Iterable[str] = ()) -> list[str]:
        """All values of a parameter that may be repeated."""
        found = [value for value in parse_qs(self.text).get(name, []) if value]
        allowed = sorted(choices)
        if allowed and (wrong := [value for value in found if value not in allowed]):
            raise invalid(f"'{wrong[0]}' is not one of {', '.join(allowed)}.", "query", name)
        return found

    def one(self, name: str) -> str | None:
        found = self.texts(name)
        return found[-1] if found else None

    def number(self, name: str, least: int | None = None, most: int | None = None) -> int | None:
        text = self.one(name)
        if text is None:
            return None
        try:
            value = int(text)
        except ValueError as problem:
            raise invalid("The value is not a valid integer.", "query", name) from problem
        if (least is not None and value < least) or (most is not None and value > most):
            raise invalid(f"The value must be {_span(least, most)}.", "query", name)
        return value

    def flag(self, name: str) -> bool | None:
        text = self.one(name)
        if text is None:
            return None
        if text.lower() not in _FLAGS:
            raise invalid("The value is not a valid boolean.", "query", name)
        return _FLAGS[text.lower()]

    def time(self, name: str) -> int | None:
        """Milliseconds since 1970; a time without a zone is UTC."""
        text = self.one(name)
        if text is None:
            return None
        try:
            # A raw plus sign in a query means a space.
            found = datetime.fromisoformat(text.replace(" ", "+") if text.count(":") > 2 else text)
            return milliseconds(found if found.tzinfo else found.replace(tzinfo=UTC))
        except (ValueError, OverflowError) as problem:
            raise invalid("The value is not a valid date and time.", "query", name) from problem


def _span(least: int | None, most: int | None) -> str:
    if most is None:
        return f"at least {least}"
    return f"from {least} to {most}"
