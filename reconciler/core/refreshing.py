"""A finished run before its rule of freshness: it stands, is told to be stale, or is followed by another one."""

from __future__ import annotations

from dataclasses import replace

from reconciler.core.change import Action, Change
from reconciler.core.freshness import Freshness, in_flight, new_runs, why_stale
from reconciler.core.lower import next_number, submission
from reconciler.core.phase import Phase
from reconciler.core.resource import Resource
from reconciler.core.rules import Rules
from reconciler.core.state import Record


def refreshed(change: Change, resource: Resource, record: Record, rules: Rules) -> Change:
    """The change of a run that is done and as declared; any other is decided by more than its age."""
    rule, attempt = resource.rules.freshness, change.attempt
    if rule is None or attempt is None or change.action is not Action.NONE or attempt.phase is not Phase.DONE:
        return change
    why = why_stale(rule, attempt, rules.now, rules.facts.get(str(attempt.execution.get("device")), {}))
    if not why:
        return change
    if in_flight(record.attempts):
        return replace(change, reason=f"{change.reason}; it is stale, and another run of it is in progress")
    made = new_runs(record.attempts, resource.rules.generation)
    if not rule.rerun or made >= rule.max_new_runs:
        return replace(change, stale=f"{why}. {_left(rule, made)}")
    create = submission(resource, next_number([a for a in record.attempts if resource.wants(a)]), rules)
    reason = f"stale: {why}; freshness allows new run {made + 1} of {rule.max_new_runs}"
    return Change(resource.address, Action.CREATE, reason, operations=(create,), attempt=attempt)


def _left(rule: Freshness, made: int) -> str:
    if not rule.rerun:
        return "It is not run again: freshness.onStale is report."
    runs = "run has" if made == 1 else "runs have"
    return f"It is not run again: {made} new {runs} been made, and freshness.maxNewRuns is {rule.max_new_runs}."
