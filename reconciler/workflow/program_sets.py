"""Submit the points of a sweep together: one task for many runs, where the device takes it and the manifest says so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from reconciler.core.change import Change
from reconciler.core.diagnostic import Diagnostic
from reconciler.core.digest import canonical
from reconciler.core.graph import Edges
from reconciler.core.money import Price
from reconciler.core.program_set import Member, program_set
from reconciler.core.resource import Resource
from reconciler.core.state import State
from reconciler.providers.kind import Bundler
from reconciler.workflow.bundled import Bundled, submission
from reconciler.workflow.session import Session
from reconciler.workflow.shared_tasks import keep_together

_FEE = "; one task fee for the whole program set"


def bundle(session: Session, changes: Sequence[Change], seen: State, edges: Edges) -> Bundled:
    """Put runs that may share a task into sets, and keep together what was submitted together."""
    result = Bundled({c.address: c for c in changes}, dict(edges))
    for sweep in list(_sweeps(changes)):
        groups = list(_groups(sweep))
        if len(groups) > 1 and len(groups) == len(sweep):
            _one_by_one(sweep, f"the points of this sweep differ in {_difference(sweep)}", result)
        for group in groups:
            if len(group) > 1:
                _submit_together(session, group, result)
    keep_together(session, seen, result)
    return result


def discounted(price: Price, fee: Decimal) -> Price:
    """The price of a run that pays no task fee of its own."""
    bounds = (None if bound is None else bound - fee for bound in (price.least, price.most, price.expected))
    least, most, expected = bounds
    return replace(price, least=least, most=most, expected=expected, basis=f"{price.basis}{_FEE}")


def _sweeps(changes: Sequence[Change]) -> Iterator[list[Resource]]:
    """The points that may share tasks, sweep by sweep. What is repeated is repeated as it was sent."""
    sweeps: dict[str, list[Resource]] = {}
    for change in changes:
        op = submission(change)
        if op is not None and op.resource is not None and op.resource.bundle and not op.repeats:
            sweeps.setdefault(f"{change.address.base} {op.resource.bundle}", []).append(op.resource)
    for points in sweeps.values():
        yield sorted(points, key=lambda r: r.address)


def _groups(points: Sequence[Resource]) -> Iterator[list[Resource]]:
    """Those that differ in nothing but their inputs."""
    groups: dict[str, list[Resource]] = {}
    for resource in points:
        groups.setdefault(canonical(_shared(resource)), []).append(resource)
    yield from groups.values()


def _shared(resource: Resource) -> dict[str, Any]:
    """What one task of ours has but once."""
    execution = {k: v for k, v in resource.execution.items() if k != "inputs"}
    rules = resource.rules
    run = {"run.generation": rules.generation, "run.onRemove": str(rules.on_remove)}
    return {**execution, "tags": dict(resource.tags), "output": dict(resource.delivery), **run}


def _difference(points: Sequence[Resource]) -> str:
    shared = [_shared(resource) for resource in points]
    names = sorted({name for one in shared for name in one})
    return " and ".join(n for n in names if len({canonical([one.get(n)]) for one in shared}) > 1)


def _submit_together(session: Session, group: Sequence[Resource], result: Bundled) -> None:
    cloud = session.cloud(group[0].address.kind)
    if not isinstance(cloud, Bundler):
        return
    made = cloud.bundles(group)
    for resources in made.sets:
        if len(resources) > 1:
            _one_set(session, resources, made.fee, result)
    if made.refused:
        together = {r.address for resources in made.sets if len(resources) > 1 for r in resources}
        _one_by_one([r for r in group if r.address not in together], made.refused, result)


def _one_by_one(resources: Sequence[Resource], why: str, result: Bundled) -> None:
    """Refused if the manifest demands a set, else told."""
    first = resources[0]
    if first.bundle == "always":
        remedy = "Say submit: auto to submit them one by one where it must be, or submit: task."
        where = first.payload.declared.locate(("submit",))
        about = str(first.address.base)
        summary = "No program set possible"
        result.findings.append(Diagnostic("program-set/refused", summary, f"{why}.", remedy, where, about))
    for resource in resources:
        change = result.changes[resource.address]
        result.changes[resource.address] = replace(change, reason=f"{change.reason}; in a task of its own, for {why}")


def _one_set(session: Session, resources: Sequence[Resource], fee: Decimal | None, result: Bundled) -> None:
    members = []
    for resource in resources:
        op = submission(result.changes[resource.address])
        if op is not None:
            members.append(Member(resource.address, op.token, op.number, resource))
    result.together(program_set(session.scope, members), f"; in one program set of {len(members)} runs", fee)
