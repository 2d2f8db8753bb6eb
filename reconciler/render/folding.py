"""Large sweeps shown by their first points, and program sets by their first run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reconciler.core.address import Address
from reconciler.core.change import SYMBOLS, Action, Change

# The money first, then what ends, then what is only written down.
ORDER = (
    Action.CREATE,
    Action.REPLACE,
    Action.RESOLVE,
    Action.CANCEL,
    Action.UPDATE,
    Action.BLOCKED,
    Action.LOST,
    Action.ADOPT,
    Action.REUSE,
    Action.FORGET,
)
FOLD_ABOVE = 20
SHOWN = 3
_FOLD_SETS_ABOVE = 3  # their runs differ in inputs alone


@dataclass(frozen=True, slots=True)
class Fold:
    """The points that are not shown: how many more, of which sweep, with which action; `together` in one task."""

    base: Address
    action: Action
    count: int
    together: bool = False

    def __str__(self) -> str:
        where = " in this program set" if self.together else ""
        return f"… and {self.count} more of {self.base}[...]{where} ({SYMBOLS[self.action]})"


_Group = tuple[Address, Action, Address | None]


def folded(changes: Sequence[Change], *, full: bool = False) -> Iterator[Change | Fold]:
    """The changes in order; more than 20 with one base address and action are three and a Fold.

    More than 3 in one program set are one and a Fold.
    """
    sizes = Counter(map(_group, changes))
    seen: Counter[_Group] = Counter()
    for change in changes:
        group = _group(change)
        base, action, leader = group
        above, shown = (FOLD_ABOVE, SHOWN) if leader is None else (_FOLD_SETS_ABOVE, 1)
        seen[group] += 1
        if full or sizes[group] <= above or seen[group] <= shown:
            yield change
        elif seen[group] == shown + 1:
            yield Fold(base, action, sizes[group] - shown, leader is not None)


def _group(change: Change) -> _Group:
    leaders = (op.led_by or change.address for op in change.operations if op.led_by or op.submits)
    return change.address.base, change.action, next(leaders, None)
