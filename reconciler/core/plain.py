"""Numbers as values: what a manifest, a service and another machine may write in different ways."""

from __future__ import annotations

from typing import Any


def plain(value: Any) -> Any:
    """1 and 1.0 are the same number. Integers that no float can say stay: 2**53 and 2**53 + 1 are two inputs."""
    if isinstance(value, dict):
        return {name: plain(v) for name, v in value.items()}
    if isinstance(value, list):
        return [plain(v) for v in value]
    if not isinstance(value, int) or isinstance(value, bool):
        return value
    try:
        return float(value) if float(value) == value else value
    except OverflowError:
        return value
