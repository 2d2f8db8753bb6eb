"""What qctl asks of a place where code is reviewed, whichever it is."""

# ruff: noqa: N818 - errors are named after the problem, as in the rest of the package

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol


class ForgeError(Exception):
    """A request that came to nothing; the text says why, and holds no secret."""


class Forbidden(ForgeError):
    """The token may not do this. `grant` is what would let it."""

    def __init__(self, why: str, grant: str) -> None:
        super().__init__(why)
        self.grant = grant


class OutcomeUnknown(ForgeError):
    """Something may have been made, and may not: nobody answered, or not to the point."""


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody wrote under a pull request."""

    id: int
    author: str
    body: str


@dataclass(frozen=True, slots=True)
class Issue:
    """An open issue."""

    number: int
    author: str
    body: str


class Forge(Protocol):
    """Each verb is one thing; reading is repeated while that helps, and nothing is made twice."""

    def me(self) -> str:
        """Who the token is: the author of what it writes."""
        ...

    def comments(self, number: int) -> Iterator[Comment]:
        """Everything said under a pull request, the oldest first."""
        ...

    def add_comment(self, number: int, body: str) -> Comment:
        """Say something new. Raises OutcomeUnknown where it may have been said."""
        ...

    def edit_comment(self, number: int, comment: int, body: str) -> None:
        """Replace what was said."""
        ...

    def labels(self, number: int) -> Sequence[str]:
        """The labels of a pull request."""
        ...

    def add_labels(self, number: int, labels: Sequence[str]) -> None:
        """Put labels on it."""
        ...

    def remove_label(self, number: int, label: str) -> None:
        """Take one off; it may be gone already."""
        ...

    def merged(self, commit: str) -> Sequence[int]:
        """The pull requests that were merged as this commit."""
        ...

    def open_issues(self, label: str) -> Iterator[Issue]:
        """Open issues with this label, the oldest first."""
        ...

    def open_issue(self, title: str, body: str, label: str) -> int:
        """A new issue; its number. Raises OutcomeUnknown where it may have been opened."""
        ...

    def edit_issue(self, number: int, title: str, body: str, *, close: bool = False) -> None:
        """Replace its text, and close it if that is wanted."""
        ...
