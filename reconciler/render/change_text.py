"""One change of a plan as a block of lines."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.core.change import SYMBOLS, Action, Change, FieldChange
from reconciler.core.event import PAYING, Verb
from reconciler.core.fields import FieldClass
from reconciler.core.money import Price, amount
from reconciler.core.resource import Resource
from reconciler.render.job_text import job_lines
from reconciler.render.meaning import MEANINGS
from reconciler.render.measure import columns, cut_middle, fill
from reconciler.render.paint import Ink, paint
from reconciler.render.simulation_text import simulation_lines
from reconciler.render.value import flat, flat_difference, value_text
from reconciler.render.visible import visible

TITLES = {
    Action.NONE: "stays as it is",
    Action.CREATE: "will be submitted",
    Action.REPLACE: "will be replaced: the old run is cancelled, a new one submitted",
    Action.UPDATE: "will be updated in place",
    Action.CANCEL: "will be cancelled",
    Action.ADOPT: "will be imported",
    Action.REUSE: "is already paid and will be taken into care",
    Action.FORGET: "will be forgotten; its runs stay on record",
    Action.RESOLVE: "will be settled: its submission is repeated with the same token",
    Action.LOST: "is lost: the cloud has no such run",
    Action.BLOCKED: "has an unknown outcome and is left alone",
}
# What lasts is made and deleted; only runs are submitted and cancelled.
_OF_OBJECTS = {
    Action.CREATE: "will be created",
    Action.REPLACE: "will be replaced: the old one is deleted, a new one created",
    Action.CANCEL: "will be deleted",
    Action.REUSE: "will be taken back into care",
    Action.FORGET: "will be forgotten",
    Action.RESOLVE: "will be settled: its call is repeated with the same token",
}
_INKS = {
    Action.CREATE: Ink.NEW,
    Action.REPLACE: Ink.GONE,
    Action.UPDATE: Ink.CHANGED,
    Action.CANCEL: Ink.GONE,
    Action.ADOPT: Ink.KNOWN,
    Action.REUSE: Ink.KNOWN,
    Action.FORGET: Ink.QUIET,
    Action.RESOLVE: Ink.DOUBT,
    Action.LOST: Ink.DOUBT,
    Action.BLOCKED: Ink.DOUBT,
}
_INDENT = " " * 6
_TAG = "tags."
_WIDEST_NAME = 40


def change_text(change: Change, width: int = 100, colour: bool = False, *, full: bool = False) -> str:
    """The block of one change: a title, the symbol with the address, the reason, aligned fields, then its jobs."""
    address = visible(str(change.address))
    ink = _INKS.get(change.action, Ink.STRONG)
    lines = [
        paint(f"  # {address} {title_of(change)}", Ink.STRONG, colour),
        f"  {paint(symbol(change.action), ink, colour)} {address}",
        f"{_INDENT}reason: {visible(change.reason)}",
    ]
    jobs = [f"{_INDENT}{line}" for line in job_lines(change.jobs, width, colour, full=full)]
    tried = [f"{_INDENT}{line}" for line in simulation_lines(change.simulations, colour, full=full)]
    return "\n".join([*lines, *_aligned(list(rows(change)), width, colour), *jobs, *tried])


def title_of(change: Change) -> str:
    """What would become of it, in words."""
    if change.action is Action.BLOCKED and change.attempt is None:
        return "can't be imported as it is"  # every doubt is about an attempt
    if not change.lasting:
        return TITLES[change.action]
    title = _OF_OBJECTS.get(change.action, TITLES[change.action])
    bounded = change.warning.rstrip(".") if change.count(Verb.DELETE) else ""
    if not bounded:
        return title
    return f"{title}{';' if ':' in title else ':'} {visible(bounded[:1].lower() + bounded[1:])}"


def symbol(action: Action) -> str:
    """What stands before the address."""
    return SYMBOLS[action] or "="


Row = tuple[str, tuple[object, ...], str]  # name; one value, or before and after; a remark


def rows(change: Change) -> Iterator[Row]:
    """What there is to show of a change, a row for each field."""
    for field in change.fields:
        yield from _difference(field, _meaning(change, field))
    if not change.fields:
        for op in change.operations:
            if op.resource is not None and op.verb is Verb.CREATE:
                yield from _wanted(op.resource)
    if change.attempt is not None and change.attempt.id:
        what = "id" if change.lasting else "run"
        name = f"old {what}" if change.count(Verb.CREATE) else what
        yield name, (change.attempt.id,), change.attempt.status
    if change.count(*PAYING):
        yield "price", (), price_text(change.price)


def _meaning(change: Change, field: FieldChange) -> str:
    if change.lasting and field.kind is FieldClass.EXECUTION:
        return f"{field.kind}: another one"
    return MEANINGS[field.kind]


def _difference(field: FieldChange, remark: str) -> Iterator[Row]:
    if field.name.startswith(_TAG) and {field.before, field.after} == {None, ""}:
        # A plain tag: it is there or it isn't, and has no value that could change.
        yield "+ tag" if field.before is None else "- tag", (field.name.removeprefix(_TAG),), remark
        return
    for name, before, after in flat_difference(field.name, field.before, field.after):
        yield name, (before, after), remark


def _wanted(resource: Resource) -> Iterator[Row]:
    members = list({**resource.execution, **(resource.settings or {})}.items())
    members += [(f"{_TAG}{k}", v) for k, v in sorted(resource.tags.items()) if v]
    members += [("tags", sorted(k for k, v in resource.tags.items() if not v) or None)]
    members += [(k, v or None) for k, v in sorted(resource.delivery.items())]
    for name, value in members:
        if value is not None:
            yield from ((n, (v,), "") for n, v in flat(name, value))


def price_text(price: Price | None) -> str:
    """`0.30 USD (list price)`; an unknown bound is said to be unknown."""
    if price is None:
        return "unknown"
    text = range_text(price)
    return f"{text} ({visible(price.basis)})" if price.basis else text


def range_text(price: Price) -> str:
    """`0.30 USD to 1.30 USD`, `at least 0.01 USD, at most unknown`."""
    currency = visible(price.currency)
    least = None if price.least is None else amount(price.least, currency)
    most = None if price.most is None else amount(price.most, currency)
    expected = "" if price.expected is None else f", expected {amount(price.expected, currency)}"
    if least == most:
        return least or f"unknown{expected}"
    if most is None:
        return f"at least {least}, at most unknown{expected}"
    return f"at most {most}{expected}" if least is None else f"{least} to {most}{expected}"


def _aligned(shown: list[Row], width: int, colour: bool) -> list[str]:
    names = [cut_middle(visible(name), _WIDEST_NAME) for name, _, _ in shown]
    widest = max(map(columns, names), default=0)
    room = max(16, width - len(_INDENT) - widest - 3)
    return [
        f"{_INDENT}{fill(name, widest)} = {_values(values, visible(remark), room, colour)}"
        for name, (_, values, remark) in zip(names, shown, strict=True)
    ]


def _values(values: tuple[object, ...], remark: str, room: int, colour: bool) -> str:
    if not values:
        return remark
    note = f"  ({remark})" if remark else ""
    each = max(12, (room - columns(note) - 4 * (len(values) - 1)) // len(values))
    return paint(" -> ", Ink.CHANGED, colour).join(value_text(v, each) for v in values) + note
