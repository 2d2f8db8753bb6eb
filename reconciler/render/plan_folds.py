"""The changes of a plan in a given room: as much of each as there is room for, and nothing cut in the middle."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from heapq import heapify, heappop, heappush

from reconciler.core.address import Address
from reconciler.core.change import Action, Change
from reconciler.core.event import PAYING
from reconciler.core.money import bill
from reconciler.render.change_text import change_text, range_text, symbol, title_of
from reconciler.render.folding import FOLD_ABOVE, ORDER, SHOWN
from reconciler.render.markdown import code, html_code, pre, prose
from reconciler.render.short import short, size
from reconciler.render.visible import visible

_LEAST_DETAILS = 250  # bytes that details take at least; more of them than fit are not even tried
_GAP = 2  # the empty line between two blocks


class Form(IntEnum):
    """How much of a group is shown."""

    FULL = 0
    SHORT = 1  # its first points
    LINE = 2


@dataclass(frozen=True, slots=True)
class Group:
    """The changes of one sweep with one action, or one change. `standing` tells of devices."""

    changes: tuple[Change, ...]
    standing: Mapping[str, str]

    @property
    def fullest(self) -> Form:
        """The form that a group begins with: large sweeps are folded wherever they are shown."""
        return Form.FULL if len(self.changes) <= FOLD_ABOVE else Form.SHORT

    def folded(self, form: Form) -> Form:
        """The next smaller form: of three points or fewer the first ones are all."""
        return Form.SHORT if form is Form.FULL and len(self.changes) > SHOWN else Form.LINE

    def text(self, form: Form) -> str:
        """One block of Markdown."""
        return self._line() if form is Form.LINE else self._details(None if form is Form.FULL else SHOWN)

    def _line(self) -> str:
        first = self.changes[0]
        told = "; ".join(filter(None, [short(first.reason), self._cost()]))
        return f"- {code(symbol(first.action))} {code(self._name())}{self._many()}: {prose(told)}"

    def _details(self, most: int | None) -> str:
        first = self.changes[0]
        title = f"{prose(short(title_of(first)))}{': ' if self._cost() else ''}{prose(self._cost())}"
        head = f"{html_code(symbol(first.action))} {html_code(self._name())}{self._many()} {title}"
        blocks = [self._block(change) for change in self.changes[:most]]
        left = len(self.changes) - len(blocks)
        if left:
            blocks.append(f"  … and {left:,} more of them")
        return f"<details><summary>{head}</summary>\n\n<pre>\n{pre(chr(10).join(blocks))}\n</pre>\n\n</details>"

    def _block(self, change: Change) -> str:
        text = change_text(change).partition("\n")[2]  # the summary says what the first line says
        devices = {str(op.resource.execution.get("device")) for op in change.operations if op.resource is not None}
        told = [f"      device: {visible(self.standing[name])}" for name in sorted(devices & self.standing.keys())]
        return "\n".join([text, *told])

    def _name(self) -> str:
        address = self.changes[0].address
        return short(f"{address.base}[...]" if len(self.changes) > 1 else str(address))

    def _many(self) -> str:
        return f" ({len(self.changes):,})" if len(self.changes) > 1 else ""

    def _cost(self) -> str:
        prices = [c.price for c in self.changes if c.count(*PAYING)]
        if len(prices) == 1:
            return "price unknown" if prices[0] is None else range_text(prices[0])
        return str(bill(prices)).removeprefix("Cost: ").removesuffix(".") if prices else ""


def groups(changes: Iterable[Change], standing: Mapping[str, str]) -> list[Group]:
    """What is to be shown, in the order in which it matters."""
    found: dict[tuple[Action, Address], list[Change]] = {}
    for change in changes:
        if change.action in ORDER:
            found.setdefault((change.action, change.address.base), []).append(change)
    ordered = sorted(found.items(), key=lambda item: ORDER.index(item[0][0]))
    return [Group(tuple(held), standing) for _, held in ordered]


def fitted(shown: Sequence[Group], room: int) -> Iterator[str]:
    """Blocks in at most `room` bytes, each with a gap: the largest sweeps folded first, what is left out told."""
    if len(shown) * _LEAST_DETAILS <= room:
        texts = _folded(shown, room)
        if texts is not None:
            yield from texts
            return
    yield from _lines(shown, room)


def _folded(shown: Sequence[Group], room: int) -> list[str] | None:
    """Everything, folded as far as it must be; None if even that is too long."""
    forms = [group.fullest for group in shown]
    texts = [group.text(form) for group, form in zip(shown, forms, strict=True)]
    used = sum(size(text) + _GAP for text in texts)
    # Of two alike the one that matters less.
    largest = [
        (-len(group.changes), -size(text), -at) for at, (group, text) in enumerate(zip(shown, texts, strict=True))
    ]
    heapify(largest)
    while used > room and largest:
        number, _, behind = heappop(largest)
        at = -behind
        forms[at] = shown[at].folded(forms[at])
        used -= size(texts[at])
        texts[at] = shown[at].text(forms[at])
        used += size(texts[at])
        if forms[at] is not Form.LINE:
            heappush(largest, (number, -size(texts[at]), behind))
    return texts if used <= room else None


def _lines(shown: Sequence[Group], room: int) -> Iterator[str]:
    """A line each, for as many as there is room for, and how many there are beside them."""
    kept: list[str] = []
    left = sum(len(group.changes) for group in shown)
    room -= size(left_out(left)) + 2 * _GAP
    if room < 0:
        return
    for group in shown:
        line = group.text(Form.LINE)
        room -= size(line) + 1
        if room < 0:
            break
        kept.append(line)
        left -= len(group.changes)
    if kept:
        yield "\n".join(kept)
    if left:
        yield left_out(left)


def left_out(number: int) -> str:
    """What is said of changes that are not shown."""
    noun = "change is" if number == 1 else "changes are"
    return f"{number:,} more {noun} not shown here, for length; they are in the totals."
