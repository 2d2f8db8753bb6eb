"""The one page of an agent: what it looks after, whether that is as declared, what it did last, and what was spent."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from typing import Any

from reconciler.core.change import SYMBOLS, Change
from reconciler.core.cycle import TROUBLES, Cycle, Verdict, calls_told
from reconciler.core.money import amount
from reconciler.core.plan import Plan
from reconciler.core.state import Record, State
from reconciler.core.status import Status
from reconciler.render.html import page

_MOST = 500  # rows
_REFRESH = 30  # seconds
_WORDS = {
    Verdict.SYNCED: ("In sync", "new"),
    Verdict.APPLIED: ("In sync, after changes", "new"),
    Verdict.WITHHELD: ("Differs, and waits for a person", "change"),
    Verdict.REFUSED: ("Refused by a rule", "gone"),
    Verdict.INCOMPLETE: ("Incomplete", "gone"),
    Verdict.LOCKED: ("Somebody else is at work", "change"),
    Verdict.FAILED: ("Failed", "gone"),
    Verdict.INTERRUPTED: ("Interrupted", "change"),
}


def status_page(status: Status, now: str) -> str:
    """The whole page. It is asked for anew by itself, without a script. Raises NoPages."""
    totals = status.totals
    known, last = totals.known, totals.last
    plan = known.plan if known else None
    word, ink = _WORDS[last.verdict] if last else ("Starting", "known")
    rows = list(_rows(known, plan)) if known and plan else []
    rest = len(rows) - _MOST
    return page(
        "status.html",
        version=status.version,
        refresh=_REFRESH,
        title=f"qctl agent: {plan.project}, environment {plan.environment}" if plan else "qctl agent",
        word=word,
        ink=ink,
        detail=last.detail if last else "The first round is not over yet.",
        facts=list(_facts(status)),
        findings=[] if last is None else [{"code": f.code, "text": f"{f.summary}: {f.detail}"} for f in last.findings],
        rows=rows[:_MOST],
        more_rows=f"{rest} more are not listed; see qctl show." if rest > 0 else "",
        plan=_plan(known, plan) if known and plan else None,
        spend=list(_spend(known)) if known else [],
        unknown=known.spent.unknown if known else 0,
        cycles=[_cycle(cycle) for cycle in totals.recent],
        footer=f"Made by qctl {status.version} at {_when(now)}; anew every {_REFRESH} s. This page changes nothing.",
    )


def _facts(status: Status) -> Iterator[tuple[str, str]]:
    totals = status.totals
    yield "Manifests", status.source
    if totals.last is not None and totals.last.commit:
        yield "Commit", totals.last.commit[:12]
    yield "Applies", status.applying
    yield "Last success", _when(totals.succeeded) or "none yet"
    yield "Next round", _when(status.next_at) or "now"
    yield "Rounds", f"{totals.count}, {sum(totals.cycles.get(v, 0) for v in TROUBLES)} with troubles"
    yield "Running since", _when(status.started)


def _when(at: str) -> str:
    """A time that fits into a narrow box."""
    return f"{at[:19].replace('T', ' ')} UTC" if at else ""


def _rows(cycle: Cycle, plan: Plan) -> Iterator[dict[str, str]]:
    """What differs first."""
    state = cycle.state
    for change in sorted(plan.changes, key=lambda c: (c.address not in cycle.left, c.address)):
        why = cycle.left.get(change.address, "")
        status, run = _run(change, state)
        yield {
            "address": str(change.address),
            "status": status,
            "ink": "gone" if status in ("FAILED", "CANCELLED", "ERROR") else "known",
            "sync": f"differs ({SYMBOLS[change.action] or change.action})" if why else "in sync",
            "sync_ink": "change" if why else "new",
            "why": why or change.warning,
            "run": run,
        }


def _run(change: Change, state: State | None) -> tuple[str, str]:
    """Its status, in the cloud's word, and its id, as they were after the round."""
    record = state.records.get(str(change.address), Record()) if state else Record()
    attempt = record.attempts[-1] if record.attempts else change.attempt
    if attempt is None:
        return "not submitted", ""
    if not attempt.exists:
        return f"call {attempt.outcome}", ""
    return attempt.status or "submitted", attempt.id


def _plan(cycle: Cycle, plan: Plan) -> dict[str, Any]:
    changes = [c for c in plan.changes if c.changes_anything]
    return {
        "at": _when(cycle.at),
        "summary": plan.summary,
        "fingerprint": plan.fingerprint,
        "changes": [
            {"symbol": SYMBOLS[c.action], "address": str(c.address), "reason": c.reason} for c in islice(changes, _MOST)
        ],
    }


def _spend(cycle: Cycle) -> Iterator[dict[str, str]]:
    most = {money.currency: money.value for money in cycle.budget.most} if cycle.budget else {}
    for currency in sorted({*cycle.spent.known, *most}):
        spent = cycle.spent.known.get(currency, Decimal(0))
        ceiling = most.get(currency)
        yield {
            "currency": currency,
            "spent": amount(spent, currency),
            "budget": "none" if ceiling is None else amount(ceiling, currency),
            "left": "" if ceiling is None else amount(ceiling - spent, currency),
        }


def _cycle(cycle: Cycle) -> dict[str, str]:
    word, ink = _WORDS[cycle.verdict]
    done = calls_told(cycle.done)
    return {"at": _when(cycle.at), "word": word, "ink": ink, "done": done or "nothing", "commit": cycle.commit[:12]}
