"""The plan as a comment on a pull request: summary, cost, a table, and the details folded away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reconciler.core.change import Action, Change
from reconciler.core.diagnostic import Diagnostic
from reconciler.core.event import PAYING
from reconciler.core.plan import Plan
from reconciler.render.change_text import change_text, price_text, symbol
from reconciler.render.folding import Fold, folded
from reconciler.render.markdown import code, pre, prose
from reconciler.render.plan_text import facts, warnings_of
from reconciler.render.snippet import diagnostic_text

GITHUB_LIMIT = 65_536  # a comment's longest body; GitHub counts characters, of which there are never more than bytes
_LONGEST_CELL = 300
_RESERVE = 200  # bytes for the marks around a cut section


def plan_markdown(plan: Plan, *, budget: int = GITHUB_LIMIT) -> str:
    """At most `budget` bytes of UTF-8. What matters most comes first and is cut last; cuts are told."""
    parts = [f"### qctl plan: {code(plan.project)}, {code(plan.environment)}", f"**{plan.summary}**"]
    parts += [prose(_short(line)) for line in facts(plan)]
    used = sum(_size(part) + 2 for part in parts)
    for section in _sections(plan):
        text = section.within(int((budget - used - _RESERVE) * section.share))
        if text:
            parts.append(text)
            used += _size(text) + 2
    text = "\n\n".join(parts) + "\n"
    return text if _size(text) <= budget else f"**{plan.summary}**\n"[:budget]


@dataclass(frozen=True, slots=True)
class _Section:
    """Lines between an opening and a closing, cut at a line's end. `share` is its part of the room that is left."""

    lines: Sequence[str]
    what: str
    share: float
    opening: str = ""
    closing: str = ""

    def within(self, room: int) -> str:
        """The section in about `room` bytes, or nothing if not even one line fits."""
        room -= _size(self.opening) + _size(self.closing)
        kept: list[str] = []
        for line in self.lines:
            room -= _size(line) + 1
            if room < 0:
                break
            kept.append(line)
        if not kept:
            return ""
        left = len(self.lines) - len(kept)
        note = f"\n\nCut for length: {left} more {self.what}." if left else ""
        return self.opening + "\n".join(kept) + self.closing + note


def _sections(plan: Plan) -> Iterator[_Section]:
    findings = [f"- {_finding(d)}" for d in plan.diagnostics]
    findings += [f"- warning: {prose(_short(text))}" for text in warnings_of(plan)]
    yield _Section(findings, "findings", 0.3)
    shown = [] if plan.empty else [c for c in plan.changes if c.action is not Action.NONE]
    items = list(folded(shown))
    yield _Section([_row(i) for i in items], "rows", 0.5, "| | Address | Reason | Price |\n|---|---|---|---|\n")
    details = list(_details(plan, items))
    yield _Section(
        pre("\n\n".join(details)).split("\n") if details else [],
        "lines",
        1.0,
        "<details><summary>Details</summary>\n\n<pre>\n",
        "\n</pre>\n\n</details>",
    )


def _finding(found: Diagnostic) -> str:
    place = f" at {code(_short(str(found.where)))}" if found.where else ""
    about = f" of {code(_short(found.address))}" if found.address else ""
    remedy = f" {prose(_short(found.remedy))}" if found.remedy else ""
    head = f"**{found.severity}: {prose(_short(found.summary))}** ({code(found.code)}){place}{about}"
    return f"{head}: {prose(_short(found.detail))}{remedy}"


def _row(item: Change | Fold) -> str:
    if isinstance(item, Fold):
        return f"| {code(symbol(item.action))} | {prose(_short(str(item)))} | | |"
    price = prose(_short(price_text(item.price))) if item.count(*PAYING) else ""
    address, reason = code(_short(str(item.address))), prose(_short(item.reason))
    return f"| {code(symbol(item.action))} | {address} | {reason} | {price} |"


def _details(plan: Plan, items: Sequence[Change | Fold]) -> Iterator[str]:
    yield from (diagnostic_text(d) for d in plan.diagnostics)
    yield from (f"  {item}" if isinstance(item, Fold) else change_text(item) for item in items)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_CELL else f"{text[: _LONGEST_CELL - 1]}…"


def _size(text: str) -> int:
    return len(text.encode("utf-8", "backslashreplace"))
