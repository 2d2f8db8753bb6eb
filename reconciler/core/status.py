"""What is known of an agent at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.core.cycle import Totals


@dataclass(frozen=True, slots=True)
class Status:
    """`source` says where the manifests come from; times are ISO 8601 in UTC; `notified` counts by what came of it."""

    version: str
    source: str
    applying: str
    started: str
    interval: float
    totals: Totals = field(default_factory=Totals)
    next_at: str = ""
    notified: Mapping[str, int] = field(default_factory=dict)
