"""What a translation says of a program that it can't translate."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.core.qasm.syntax import Span


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a statement has no counterpart on Braket, what to do, and where it stands."""

    reason: str
    remedy: str
    span: Span


class Untranslatable(Exception):  # noqa: N818 - no error of ours: it ends the translation of one statement
    """Carries the problem of a statement."""

    def __init__(self, reason: str, remedy: str, span: Span) -> None:
        super().__init__(reason)
        self.problem = Problem(reason, remedy, span)
