"""Large sweeps shown by their first points."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reconciler.core.address import Address
from reconciler.core.change import SYMBOLS, Action, Change

FOLD_ABOVE = 20
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Fold:
    """The points that are not shown: how many more, of which sweep, with which action."""

    base: Address
    action: Action
    count: int

    def __str__(self) -> str:
        return f"… and {self.count} more of {self.base}[...] ({SYMBOLS[self.action]})"


def folded(changes: Sequence[Change], *, full: bool = False) -> Iterator[Change | Fold]:
    """The changes in order; more than 20 with one base address and action are three and a Fold."""
    sizes = Counter((c.address.base, c.action) for c in changes)
    seen: Counter[tuple[Address, Action]] = Counter()
    for change in changes:
        group = (change.address.base, change.action)
        seen[group] += 1
        if full or sizes[group] <= FOLD_ABOVE or seen[group] <= SHOWN:
            yield change
        elif seen[group] == SHOWN + 1:
            yield Fold(*group, sizes[group] - SHOWN)
