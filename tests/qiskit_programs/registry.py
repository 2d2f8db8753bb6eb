"""The thirty algorithms by name; each is noted where it is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Build = Callable[[], Any]
ALGORITHMS: dict[str, Build] = {}


def algorithm(build: Build) -> Build:
    """Notes an algorithm under its function's name."""
    ALGORITHMS[build.__name__.replace("_", " ")] = build
    return build
