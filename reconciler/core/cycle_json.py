"""A round of an agent as plain data: a line of its log, and what a webhook is told."""

from __future__ import annotations

from itertools import islice
from typing import Any

from reconciler.core.cycle import Cycle
from reconciler.core.diagnostic import Diagnostic

FORMAT_VERSION = 1
_MOST = 50  # of each list; a log is no place for ten thousand addresses


def cycle_to_json(cycle: Cycle) -> dict[str, Any]:
    """One object. Amounts are texts by currency; `spent_unknown` runs are in none of them."""
    plan = cycle.plan
    return {
        "event": "cycle",
        "format_version": FORMAT_VERSION,
        "at": cycle.at,
        "verdict": cycle.verdict,
        "detail": cycle.detail,
        "seconds": round(cycle.seconds, 3),
        "waited": round(cycle.waited, 3),
        "commit": cycle.commit,
        "project": plan.project if plan else "",
        "environment": plan.environment if plan else "",
        "summary": plan.summary if plan else "",
        "fingerprint": plan.fingerprint if plan else "",
        "done": dict(cycle.done),
        "refused": cycle.refused,
        "unknown": cycle.unknown,
        "left": [{"address": str(a), "why": why} for a, why in islice(sorted(cycle.left.items()), _MOST)],
        "left_count": len(cycle.left),
        "findings": [_finding(found) for found in cycle.findings[:_MOST]],
        "spent": {currency: str(value) for currency, value in sorted(cycle.spent.known.items())},
        "spent_unknown": cycle.spent.unknown,
    }


def _finding(found: Diagnostic) -> dict[str, str]:
    told = {"code": found.code, "severity": str(found.severity), "summary": found.summary, "detail": found.detail}
    return {**told, "address": found.address, "place": str(found.where or "")}
