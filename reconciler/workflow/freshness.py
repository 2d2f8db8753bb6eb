"""Runs that are too old for what is declared: what their devices say now, and what the plan tells of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from reconciler.core.change import Change
from reconciler.core.declared import Declared
from reconciler.core.diagnostic import Diagnostic, Severity
from reconciler.core.freshness import Facts
from reconciler.core.resource import Resource
from reconciler.core.standing import standing
from reconciler.core.state import State
from reconciler.providers.kind import FactTeller
from reconciler.workflow.observe import Refresh
from reconciler.workflow.session import Session


def device_facts(session: Session, resources: Iterable[Resource], seen: State, how: Refresh) -> Mapping[str, Facts]:
    """By device what it says of itself now; only where a run with recorded facts may be stale by them.

    Raises CloudUnavailable.
    """
    asked: dict[str, set[str]] = {}
    for resource in resources if how is not Refresh.NONE else ():
        if device := _device(resource, seen):
            asked.setdefault(session.kinds[resource.address.kind].cloud, set()).add(device)
    facts: dict[str, Facts] = {}
    for name, devices in sorted(asked.items()):
        cloud = session.clouds[name]
        if isinstance(cloud, FactTeller):
            facts.update(cloud.facts(sorted(devices)))
    return facts


def _device(resource: Resource, seen: State) -> str:
    """The device that matters; empty if none does."""
    rule, record = resource.rules.freshness, seen.records.get(str(resource.address))
    if rule is None or not rule.on_calibration or record is None:
        return ""
    attempt = standing(resource, record.attempts)
    return str(attempt.execution.get("device", "")) if attempt is not None and attempt.facts else ""


def told_stale(changes: Iterable[Change], declared: Sequence[Declared]) -> Iterator[Diagnostic]:
    """A warning for each run that is stale and is not run again by this plan."""
    places = {d.address: d for d in declared}
    for change in changes:
        if not change.stale:
            continue
        where = places[change.address].locate(("freshness",)) if change.address in places else None
        detail = f"{change.address} is stale: {change.stale}"
        remedy = "Raise run.generation or say --replace to pay for another run, or let it stand longer."
        yield Diagnostic(
            "freshness/stale",
            "Result is stale",
            detail,
            remedy,
            where,
            str(change.address),
            Severity.WARNING,
            where.excerpt if where else "",
        )
