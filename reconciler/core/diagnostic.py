"""What qctl says of a problem: a stable code, a place, what is wrong, why it matters, what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    """An error stops before anything is spent; a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in a text. `file` is relative to the project, line and column count from 1, `length` in characters.

    `excerpt` is the line itself, where whoever found the place had it; it does not make it another place.
    """

    file: str
    line: int = 0
    column: int = 0
    length: int = 1
    excerpt: str = field(default="", compare=False, repr=False)

    def __str__(self) -> str:
        if not self.line:
            return self.file
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding. The summary is the same short words for the same problem, without the user's names."""

    code: str
    summary: str
    detail: str
    remedy: str = ""
    where: Location | None = None
    address: str = ""
    severity: Severity = Severity.ERROR
    excerpt: str = ""  # the source line at `where`; kept here so that a renderer needs no files


def in_order(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Sorted as they are shown: by place, then address, then code; the same finding said twice is said once."""
    unique = dict.fromkeys(found)
    return sorted(unique, key=lambda d: (d.where or Location(""), d.address, d.code, d.detail))


def has_errors(found: Iterable[Diagnostic]) -> bool:
    """Whether any finding is an error."""
    return any(d.severity is Severity.ERROR for d in found)
