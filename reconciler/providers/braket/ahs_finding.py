"""One finding on an analog program, and the numbers that a device states."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from reconciler.core.declared import Path
from reconciler.core.diagnostic import Severity


@dataclass(frozen=True, slots=True)
class AhsFinding:
    """What the device would say, and the path of the value that it is about."""

    code: str
    detail: str
    remedy: str
    path: Path
    severity: Severity = Severity.ERROR


def stated(limits: Mapping[str, Any], name: str) -> Decimal | None:
    """A number of the capabilities; None where there is none."""
    value = limits.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def stated_range(limits: Mapping[str, Any], name: str) -> tuple[Decimal, Decimal] | None:
    """Two numbers of the capabilities."""
    value = limits.get(name)
    if not isinstance(value, list) or len(value) != 2:
        return None
    low, high = (stated({"": part}, "") for part in value)
    return None if low is None or high is None else (low, high)


def short(number: Decimal) -> str:
    """As people write it in a laboratory: 4e-06, 1.58e+07."""
    return f"{float(number):g}"
