"""The plan for people: the same bytes for the same decisions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from reconciler.core.change import Action, Change
from reconciler.core.event import Verb
from reconciler.core.money import amount
from reconciler.core.plan import Plan
from reconciler.core.program_set import saved
from reconciler.render.change_text import change_text
from reconciler.render.folding import Fold, folded
from reconciler.render.job_text import work_text
from reconciler.render.paint import Ink, paint
from reconciler.render.visible import visible


def plan_text(plan: Plan, *, full: bool = False, width: int = 100, colour: bool = False) -> str:
    """Every change with its reason, then what it comes to. `full` shows every point of large sweeps and batches."""
    blocks = [] if plan.empty else list(_blocks(plan, full, width, colour))
    summary = paint(visible(plan.summary), Ink.STRONG, colour)
    told = [*facts(plan), *(f"{paint('warning:', Ink.CHANGED, colour)} {w}" for w in warnings_of(plan, full=full))]
    # A plan without changes ends with just that sentence: people and scripts look at the last line.
    closing = [*told, summary] if plan.empty else [summary, *told]
    return "\n\n".join([*blocks, "\n".join(closing)])


def _blocks(plan: Plan, full: bool, width: int, colour: bool) -> Iterator[str]:
    shown = [c for c in plan.changes if c.action is not Action.NONE]
    for item in folded(shown, full=full):
        if isinstance(item, Fold):
            yield f"  {paint(visible(str(item)), Ink.QUIET, colour)}"
        else:
            yield change_text(item, width, colour, full=full)


_QUEUED = 10  # so many runs are shown with their place in the queue


def facts(plan: Plan) -> list[str]:
    """What follows the summary: jobs, cost, what is paid already, what is running."""
    work = work_text(job for c in plan.changes for job in c.jobs)
    lines = [f"Jobs: {work}."] if work else []
    lines += cost_lines(plan)
    lines += [*_sets(plan), *map(visible, plan.notes)]
    if plan.already_paid:
        lines.append(f"Already paid, not run again: {plan.already_paid}.")
    statuses = Counter(visible(c.attempt.status) or "submitted" for c in plan.changes if c.attempt and _goes_on(c))
    if statuses:
        lines.append(f"In progress: {', '.join(f'{n} {word}' for word, n in sorted(statuses.items()))}.")
    places = list(_places(plan))
    lines += places[:_QUEUED]
    if len(places) > _QUEUED:
        lines.append(f"  … and {len(places) - _QUEUED} more in queues")
    return lines


def cost_lines(plan: Plan) -> list[str]:
    """What it costs, and by which lists, if anything is submitted."""
    budget = [visible(str(room)) for room in plan.budget] if not plan.empty else []
    if not plan.prices:
        return budget
    cost = plan.cost
    lines = [visible(str(cost))]
    if cost.expected:
        lines.append(visible(f"Expected: {' and '.join(map(str, cost.expected))}."))
    if plan.price_lists:
        lists = (f"{t.name} of {t.published} ({t.origin})" for t in plan.price_lists)
        lines.append(visible(f"Prices: {', '.join(lists)}."))
    return lines + budget


def _sets(plan: Plan) -> list[str]:
    made = plan.program_sets
    if not made:
        return []
    runs = sum(len(one.members) for one in made)
    less = saved(made)
    fees = f", which saves {amount(less, 'USD')} of task fees" if less else ""
    return [f"Program sets: {runs} runs in {len(made)} {'task' if len(made) == 1 else 'tasks'}{fees}."]


def _places(plan: Plan) -> Iterator[str]:
    """A line for each task in a queue."""
    tasks: dict[str, list[Change]] = {}
    for change in plan.changes:
        if change.attempt and change.attempt.queue and _goes_on(change):
            tasks.setdefault(change.attempt.group or str(change.address), []).append(change)
    for first, *others in tasks.values():
        name = f"{first.address.base}[...], {len(others) + 1} runs in one task" if others else str(first.address)
        yield visible(f"  {name}: place {first.attempt.queue if first.attempt else ''} in the queue")


def _goes_on(change: Change) -> bool:
    running = change.attempt is not None and change.attempt.open and not change.lasting
    return running and not change.count(Verb.CANCEL)


def warnings_of(plan: Plan, *, full: bool = False) -> Iterator[str]:
    """Each warning with its address; those of large sweeps folded."""
    for item in folded([c for c in plan.changes if c.warning], full=full):
        yield _warning(item)


def _warning(item: Change | Fold) -> str:
    if isinstance(item, Fold):
        return visible(f"… and {item.count} more of {item.base}[...]")
    return visible(f"{item.address}: {item.warning}")
