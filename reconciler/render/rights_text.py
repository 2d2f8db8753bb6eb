"""Rights for people: each action with its resources and what it is for."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.render.visible import visible


def rights_text(rights: Sequence[tuple[str, Sequence[str], str]]) -> str:
    """One paragraph an action."""
    lines = []
    for action, resources, why in rights:
        lines.append(f"{visible(action)}  # {visible(why)}")
        lines += [f"    {visible(resource)}" for resource in resources]
    return "\n".join(lines)
