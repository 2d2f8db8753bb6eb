"""Runs that nobody here has, for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reconciler.core.attempt import Attempt
from reconciler.core.mark import KEYED
from reconciler.render.measure import cut_middle
from reconciler.render.table import table
from reconciler.render.visible import visible

_HEAD = ("STATUS", "KIND", "DEVICE", "CREATED", "WHY", "TAGS", "ID")
_TAGS = 3  # so many are shown
_LONGEST = 40
_NONE = "-"
Row = tuple[str, Attempt, str]
"""A kind, a run and why nobody has it."""


def orphans_table(rows: Sequence[Row], *, width: int = 100, colour: bool = False) -> str:
    """A line for each run in the order given."""
    if not rows:
        return "There is no run that nobody has."
    return table(_HEAD, [_row(*row) for row in rows], width=width, colour=colour)


def _row(kind: str, attempt: Attempt, why: str) -> list[str]:
    device = str(attempt.execution.get("device") or attempt.execution.get("backend") or _NONE)
    made = attempt.submitted or _NONE
    return [
        attempt.status or _NONE,
        kind or _NONE,
        device.rpartition("/")[2],
        made,
        why,
        _tags(attempt.tags),
        attempt.id,
    ]


def _tags(tags: Mapping[str, str]) -> str:
    """The first few of those that are not ours."""
    texts = [visible(f"{key}={value}" if value else key) for key, value in sorted(tags.items()) if key not in KEYED]
    more = f", and {len(texts) - _TAGS} more" if len(texts) > _TAGS else ""
    return ", ".join(cut_middle(text, _LONGEST) for text in texts[:_TAGS]) + more or _NONE


def orphan_json(kind: str, attempt: Attempt, why: str) -> dict[str, Any]:
    """The same for programs."""
    place = attempt.place
    return {
        "id": attempt.id,
        "kind": kind,
        "cloud": place.cloud,
        "region": place.region,
        "device": attempt.execution.get("device") or attempt.execution.get("backend"),
        "status": attempt.status,
        "phase": attempt.phase,
        "created": attempt.submitted,
        "tags": dict(attempt.tags),
        "why": why,
    }
