"""Pages of a list."""

from collections.abc import Sequence
from typing import NamedTuple

from reconciler.emulator.message import Response
from reconciler.emulator.pasqal.context import Context
from reconciler.emulator.pasqal.jsend import Page, invalid, success


class Window(NamedTuple):
    """Which part of a list was asked for: `limit` items from `offset` on, newest first unless `ascending`."""

    offset: int
    limit: int
    ascending: bool


def window(context: Context, orders: Sequence[str] = ("created_at", "creation_order")) -> Window:
    """Raises Refused 422 for a limit outside 1..100, a negative offset, and an order other than `orders`."""
    order = context.query.one("order_by")
    if order is not None and order not in orders:
        raise invalid(f"Can't order by '{order}'.", "query", "order_by")
    direction = context.query.texts("order_by_direction", ("ASC", "DESC"))
    limit = context.query.number("limit", 1, 100) or 100
    most = round(context.switches.number("pasqal.page"))
    return Window(context.query.number("offset", 0, 2**62) or 0, min(limit, most), direction[-1:] == ["ASC"])


def paged(context: Context, items: Sequence[object], asked: Window, total: int) -> Response:
    """The answer that holds these items. Without `pagination`, clients take it for the whole list."""
    if context.switches.text("pasqal.pagination") == "off":
        return success(items)
    start = min(asked.offset, total)
    return success(items, Page(total, start, start + len(items)))
