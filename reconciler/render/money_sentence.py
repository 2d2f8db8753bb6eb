"""What a plan pays for and what it ends, in one sentence."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.core.diagnostic import Severity
from reconciler.core.event import PAYING, Verb
from reconciler.core.money import amount
from reconciler.core.plan import Plan


def money_sentence(plan: Plan) -> str:
    """`2 submissions cost 0.60 USD now and at most 2.60 USD, and 1 run is cancelled.`"""
    return f"{_paid(plan)}, and {', '.join(_ended(plan)) or 'nothing is cancelled'}."


def refusal_sentence(plan: Plan) -> str:
    """Whether it may be applied at all; empty if it may."""
    wrong = sum(d.severity is Severity.ERROR for d in plan.diagnostics)
    if not wrong:
        return ""
    why = (
        "a rule refuses it" if plan.refused else f"{_count(wrong, 'error')} {'is' if wrong == 1 else 'are'} in the way"
    )
    return f"It can't be applied: {why}."


def _paid(plan: Plan) -> str:
    paying = sum(bool(c.count(*PAYING)) and not c.lasting for c in plan.changes)
    if not paying:
        return "Nothing is paid"
    head = f"{_count(paying, 'submission')} {'costs' if paying == 1 else 'cost'}"
    cost = plan.cost
    if cost.unknown:  # no sum is the most that it can be
        least = " and ".join(amount(total.least, total.currency) for total in cost.totals)
        why = f"{_count(cost.unknown, 'price')} {'is' if cost.unknown == 1 else 'are'} unknown"
        return f"{head} at least {least} and at most nobody knows how much ({why})"
    return f"{head} {' and '.join(total.bounds.replace(', at most', ' and at most') for total in cost.totals)}"


def _ended(plan: Plan) -> Iterator[str]:
    counts = {
        "run": (sum(c.count(Verb.CANCEL) for c in plan.changes), "cancelled"),
        "job": (
            sum(len(op.jobs) for c in plan.changes for op in c.operations if op.verb is Verb.CANCEL_JOBS),
            "cancelled",
        ),
        "object": (sum(c.count(Verb.DELETE) for c in plan.changes), "deleted"),
    }
    for noun, (number, what) in counts.items():
        if number:
            yield f"{_count(number, noun)} {'is' if number == 1 else 'are'} {what}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
