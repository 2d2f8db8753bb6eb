"""How a device stands, in one line with its time."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from reconciler.render.visible import visible

_MATTERING = {
    "availability": "",
    "now": "",
    "queues": "queues: ",
    "average time in the queue": "average time in the queue: ",
}


def device_line(told: Mapping[str, str], now: Callable[[], str]) -> str:
    """`Garnet is ONLINE, open now, queues: 3 tasks, as of ...`. `now` is asked where nobody kept its time."""
    head = f"{told.get('name', 'it')} is {told.get('status', 'of unknown status')}"
    more = [f"{name}{told[key]}" for key, name in _MATTERING.items() if told.get(key, "-") != "-"]
    return visible(", ".join([head, *more, f"as of {told.get('as of') or now()}"]))
