"""Plain values of specs and runs as one line each."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.core.reference import is_late
from reconciler.render.measure import cut_middle
from reconciler.render.visible import visible

LATE = "(known after apply)"
ABSENT = "(none)"


def value_text(value: Any, room: int = 60) -> str:
    """A JSON-like text of at most `room` columns, cut in the middle; None stands for absent."""
    if value is None:
        return ABSENT
    if isinstance(value, str) and is_late(value):
        return LATE
    text = json.dumps(_settled(value), sort_keys=True, ensure_ascii=False, default=str)
    return cut_middle(visible(text), room)


def _settled(value: Any) -> Any:
    """Texts inside a list or mapping that wait for another run say so."""
    if isinstance(value, str):
        return LATE if is_late(value) else value
    if isinstance(value, Mapping):
        return {str(k): _settled(v) for k, v in value.items()}
    return [_settled(v) for v in value] if isinstance(value, list | tuple) else value


def flat(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """A mapping as its members, `inputs.theta`, sorted by name; anything else as itself."""
    if not isinstance(value, Mapping) or not value:
        yield name, value
        return
    for key in sorted(value, key=str):
        yield from flat(f"{name}.{key}", value[key])


def flat_difference(name: str, before: Any, after: Any) -> Iterator[tuple[str, Any, Any]]:
    """Only the members that differ; a value that is no mapping on one side is compared whole."""
    if not (isinstance(before, Mapping) and isinstance(after, Mapping)):
        yield name, before, after
        return
    for key in sorted({*before, *after}, key=str):
        if before.get(key) != after.get(key):
            yield from flat_difference(f"{name}.{key}", before.get(key), after.get(key))
