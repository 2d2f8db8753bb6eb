"""What goes wrong in an expression: as a value outside, as an exception inside."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with an expression, in words, and where in its text: `offset` counts characters from 0."""

    sentence: str
    offset: int = 0
    length: int = 1


class CelError(Exception):
    """A problem on its way out; it never leaves this room."""

    def __init__(self, sentence: str, offset: int = -1, length: int = 1) -> None:
        super().__init__(sentence)
        self.problem = Problem(sentence, offset, length)
