"""What a forge answered, taken for nothing but what it is."""

from __future__ import annotations

from typing import Any

from reconciler.forge.kind import ForgeError


def number_of(answer: Any, name: str) -> int:
    """A positive whole number. Raises ForgeError."""
    value = answer.get(name) if isinstance(answer, dict) else None
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ForgeError(f"the answer has no {name}")
    return value


def text_of(answer: Any, name: str) -> str:
    """A text that is not empty. Raises ForgeError."""
    value = answer.get(name) if isinstance(answer, dict) else None
    if not isinstance(value, str) or not value:
        raise ForgeError(f"the answer has no {name}")
    return value
