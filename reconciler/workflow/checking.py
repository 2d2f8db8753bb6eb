"""Check: what the clouds say of what would be paid and changed, before anything is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from reconciler.core.address import Address
from reconciler.core.change import Change
from reconciler.core.device_standing import DeviceStanding
from reconciler.core.diagnostic import Diagnostic
from reconciler.core.freshness import Facts
from reconciler.core.money import Price
from reconciler.core.resource import Resource
from reconciler.providers.kind import Checked, Keeper
from reconciler.workflow.sequences import check_sequences
from reconciler.workflow.session import Session


def check(session: Session, changes: Sequence[Change]) -> Checked:
    """Ask each cloud about what it would be paid for."""
    findings: list[Diagnostic] = []
    prices: dict[Address, Price] = {}
    notes: list[str] = []
    facts: dict[Address, Facts] = {}
    devices: dict[str, DeviceStanding] = {}
    for name, resources in _submitted(session, changes).items():
        cloud = session.clouds[name]
        checked = cloud.check(resources)
        findings.extend(checked.diagnostics)
        prices.update(checked.prices)
        notes.extend(checked.notes)
        facts.update(checked.facts)
        devices.update(checked.devices)
        findings.extend(check_sequences(resources, cloud.specs))
    return Checked(findings, prices, notes, facts, devices)


def objections(
    session: Session, changes: Sequence[Change], declared: Mapping[str, Resource], prices: Mapping[Address, Price]
) -> Iterator[Diagnostic]:
    """What lasting objects would have refused, told before anything is spent."""
    by_cloud: dict[str, list[Change]] = {}
    for change in changes:
        if change.operations:
            by_cloud.setdefault(session.kinds[change.address.kind].cloud, []).append(change)
    for name, mine in sorted(by_cloud.items()):
        cloud = session.clouds[name]
        if isinstance(cloud, Keeper):
            yield from cloud.objections(mine, {r.address: r for r in declared.values()}, prices)


def _submitted(session: Session, changes: Sequence[Change]) -> dict[str, list[Resource]]:
    """By cloud what applying would pay for."""
    by_cloud: dict[str, list[Resource]] = {}
    for change in changes:
        for op in change.operations:
            if op.resource is not None:
                # Of a batch only the jobs that this plan submits: the others are checked and paid.
                submitted = replace(op.resource, jobs=op.jobs) if op.jobs else op.resource
                by_cloud.setdefault(session.kinds[change.address.kind].cloud, []).append(submitted)
    return by_cloud
