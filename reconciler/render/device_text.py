"""One device in full."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.render.measure import columns, fill
from reconciler.render.paint import Ink, paint
from reconciler.render.visible import visible


def device_text(name: str, facts: Mapping[str, str], *, colour: bool = False) -> str:
    """A line for each fact in the order given; what nobody says is left out."""
    told = {key: text for key, text in facts.items() if text}
    widest = max(map(columns, told), default=0)
    lines = [f"  {fill(key, widest)} = {visible(text)}" for key, text in told.items()]
    return "\n".join([paint(visible(name), Ink.STRONG, colour), *lines])
