"""The plan as a comment on a pull request: the money first, then what was found, then each change folded away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from reconciler.core.diagnostic import Diagnostic, Severity
from reconciler.core.plan import Plan
from reconciler.render.markdown import code, prose
from reconciler.render.money_sentence import money_sentence, refusal_sentence
from reconciler.render.plan_folds import fitted, groups
from reconciler.render.plan_marker import plan_marker
from reconciler.render.plan_text import facts, warnings_of
from reconciler.render.short import short, size

GITHUB_LIMIT = 65_536  # a comment's longest body
_GAP = 2  # the empty line between two blocks
_FIRST = ("Cost: ", "Budget: ", "Already paid, ")
_FINDINGS = 0.5  # their part of the room that is left


def plan_markdown(plan: Plan, standing: Mapping[str, str] | None = None, *, budget: int = GITHUB_LIMIT) -> str:
    """At most `budget` bytes of UTF-8, whole and valid Markdown at any length. What matters most is left out last.

    `standing` has a line for each device by what its cloud calls it.
    """
    room = budget - 1
    head = list(_fitting(_head(plan), room))
    room -= sum(size(part) + _GAP for part in head)
    found = list(_within(list(_findings(plan)), int(room * _FINDINGS)))
    room -= sum(size(part) + _GAP for part in found)
    return "\n\n".join([*head, *found, *_changes(plan, standing or {}, room)]) + "\n"


def _head(plan: Plan) -> list[tuple[int, str]]:
    """The parts that are never folded, in their order; those with the smallest number are kept to the last.

    The summary, the cost and what is paid are whole plain lines: tools of pull requests look for their beginnings.
    """
    told = [line.strip() for line in facts(plan)]
    first = [line for line in told if line.startswith(_FIRST)]
    rest = [f"- {prose(short(line))}" for line in told if line not in first]
    return [
        (1, plan_marker(plan.project, plan.environment)),
        (4, f"### qctl plan: {code(short(plan.project))}, {code(short(plan.environment))}"),
        (2, " ".join(f"**{prose(text)}**" for text in (money_sentence(plan), refusal_sentence(plan)) if text)),
        (0, plan.summary),
        *((3, prose(short(line))) for line in first),
        *([(5, "\n".join(rest))] if rest else []),
    ]


def _fitting(parts: Sequence[tuple[int, str]], room: int) -> Iterator[str]:
    """Those that fit, in their order. The first in rank always does: without it there is nothing to say."""
    kept: set[int] = set()
    for at, (rank, text) in sorted(enumerate(parts), key=lambda item: item[1][0]):
        needed = size(text) + _GAP
        if needed <= room or rank == 0:
            kept.add(at)
            room -= needed
    return (text for at, (_, text) in enumerate(parts) if at in kept)


def _findings(plan: Plan) -> Iterator[str]:
    errors_first = sorted(plan.diagnostics, key=lambda found: found.severity is not Severity.ERROR)
    yield from (f"- {_finding(found)}" for found in errors_first)
    yield from (f"- warning: {prose(short(text))}" for text in warnings_of(plan))


def _within(lines: Sequence[str], room: int) -> Iterator[str]:
    """A heading and whole lines in at most `room` bytes; what is left out is counted."""
    heading = "#### Findings"
    room -= size(heading) + size(_more_findings(len(lines))) + 3 * _GAP
    if not lines or room < 0:
        return
    kept: list[str] = []
    for line in lines:
        room -= size(line) + 1
        if room < 0:
            break
        kept.append(line)
    yield heading
    if kept:
        yield "\n".join(kept)
    if len(kept) < len(lines):
        yield _more_findings(len(lines) - len(kept))


def _more_findings(number: int) -> str:
    return f"{number:,} more {'is' if number == 1 else 'are'} not shown here, for length: see `qctl plan`."


def _finding(found: Diagnostic) -> str:
    place = f" at {code(short(str(found.where)))}" if found.where else ""
    about = f" of {code(short(found.address))}" if found.address else ""
    remedy = f" {prose(short(found.remedy))}" if found.remedy else ""
    head = f"**{found.severity}: {prose(short(found.summary))}** ({code(short(found.code))}){place}{about}"
    return f"{head}: {prose(short(found.detail))}{remedy}"


def _changes(plan: Plan, standing: Mapping[str, str], room: int) -> Iterator[str]:
    if plan.empty:
        return
    heading = "#### Changes"
    blocks = list(fitted(groups(plan.changes, standing), room - size(heading) - _GAP))
    if blocks:
        yield heading
        yield from blocks
