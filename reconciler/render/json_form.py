"""Machine output: the same bytes for the same meaning."""

from __future__ import annotations

import json
from collections.abc import Mapping, Set
from decimal import Decimal
from pathlib import PurePath
from typing import Any


def dumps(value: Any, indent: int | None = 2) -> str:
    """A machine form of ours, which has a published schema (`forms/catalogue.py`); the tests look at each one."""
    return _form(value, indent)


def any_json(value: Any, indent: int | None = 2) -> str:
    """JSON with sorted keys, in ASCII: it passes any pipe, and no text in it can command a terminal.

    With `indent=None` on one line. Raises ValueError for NaN and infinities, TypeError for what is no plain value.
    """
    return json.dumps(value, indent=indent, sort_keys=True, ensure_ascii=True, allow_nan=False, default=_plain)


def _form(value: Any, indent: int | None) -> str:
    return any_json(value, indent)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Set):
        return sorted(value)
    if isinstance(value, Decimal | PurePath):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no machine form")
