"""Rules that a plan must keep, as a manifest writes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from reconciler.core.declared import Path
from reconciler.core.diagnostic import Location


class Level(StrEnum):
    """What a broken rule means: the plan is refused, or it is told."""

    DENY = "deny"
    WARN = "warn"


class Scope(StrEnum):
    """What a rule is asked about: each change by itself, or the plan once."""

    CHANGE = "change"
    PLAN = "plan"


class Expected(StrEnum):
    """What a test of a policy says that it comes to. SKIP: no rule of it was asked."""

    DENY = "deny"
    WARN = "warn"
    PASS = "pass"  # noqa: S105 - an outcome, no password
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Rule:
    """Holds if the expression `assertion` is true. `message` may name values in braces."""

    assertion: str
    message: str
    level: Level = Level.DENY
    scope: Scope = Scope.CHANGE


@dataclass(frozen=True, slots=True)
class PolicyTest:
    """A made-up change or plan, as little of it as matters, and what the policy must say of it."""

    name: str
    expect: Expected
    change: Mapping[str, Any] | None = None
    plan: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Tried:
    """How a test ended; `at` is its number. `broken` are the messages of the rules that did not hold."""

    test: PolicyTest
    at: int
    got: Expected
    broken: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether the policy said what the test expects."""
        return self.got is self.test.expect


class Locate(Protocol):
    """Finds a place below `spec` of the policy's document, or a stretch of the text that stands there."""

    def __call__(self, path: Path, offset: int = ..., length: int = ...) -> Location: ...


@dataclass(frozen=True, slots=True)
class Policy:
    """One document. `match` chooses the changes that its rules are asked about; None: all that pay.

    `pinned` is the folder that it was read from if that is not the project's: the project can't weaken it.
    """

    name: str
    rules: tuple[Rule, ...]
    locate: Locate
    description: str = ""
    match: str | None = None
    tests: tuple[PolicyTest, ...] = ()
    pinned: str = ""
