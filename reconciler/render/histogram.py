"""What a run measured, as a table with bars."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.render.measure import columns, cut_middle, fill
from reconciler.render.paint import Ink, paint
from reconciler.render.visible import visible

SHOWN = 16
_EIGHTHS = " ▏▎▍▌▋▊▉"
_FULL = "█"
_SMALLEST_BAR, _WIDEST_BAR = 8, 48


@dataclass(frozen=True, slots=True)
class Chosen:
    """The states that are shown, and what is left out: how many states with how many counts."""

    states: tuple[tuple[str, int], ...]
    more: int
    rest: int

    @property
    def remark(self) -> str:
        """`… 112 more states, 340 counts`, or nothing."""
        if not self.more:
            return ""
        return f"… {self.more} more state{_s(self.more)}, {self.rest} count{_s(self.rest)}"


def _s(number: int) -> str:
    return "" if number == 1 else "s"


def choose(counts: Mapping[str, int], limit: int = SHOWN) -> Chosen:
    """Up to `limit` states in their own order; of more, the most frequent ones, most frequent first."""
    if len(counts) <= limit:
        return Chosen(tuple(sorted(counts.items())), 0, 0)
    by_count = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return Chosen(tuple(by_count[:limit]), len(by_count) - limit, sum(n for _, n in by_count[limit:]))


def histogram_text(
    title: str, counts: Mapping[str, int], *, width: int = 100, colour: bool = False, unicode: bool = True
) -> str:
    """State, count, probability and a bar. The longest bar is the most frequent state."""
    chosen, total = choose(counts), sum(counts.values())
    most = max((n for _, n in chosen.states), default=0)
    digits = max(5, len(str(most)))
    names = [cut_middle(visible(state), max(12, width - digits - 15 - _SMALLEST_BAR)) for state, _ in chosen.states]
    widest = max([5, *map(columns, names)])
    room = min(_WIDEST_BAR, max(_SMALLEST_BAR, width - widest - digits - 15))
    head = f"  {fill('STATE', widest)}  {'COUNT':>{digits}}  {'PROB':>6}"
    lines = [paint(visible(title), Ink.STRONG, colour), paint(head, Ink.QUIET, colour)]
    for name, (_, count) in zip(names, chosen.states, strict=True):
        drawn = paint(bar(count / most if most else 0.0, room, unicode), Ink.KNOWN, colour)
        share = count / total if total else 0.0
        lines.append(f"  {fill(name, widest)}  {count:>{digits}}  {share:.4f}  {drawn}".rstrip())
    if chosen.remark:
        lines.append(f"  {chosen.remark}")
    return "\n".join(lines)


def bar(share: float, room: int, unicode: bool) -> str:
    """A bar of up to `room` columns, exact to an eighth of one where there are block characters.

    What was measured at all is never drawn as nothing.
    """
    if share <= 0:
        return ""
    if not unicode:
        return "#" * max(1, round(share * room))
    full, eighths = divmod(max(1, round(share * room * 8)), 8)
    return _FULL * full + (_EIGHTHS[eighths] if eighths else "")
