"""What can be known to be wrong with a hybrid job before it is submitted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from reconciler.core.device_name import is_embedded
from reconciler.core.diagnostic import Diagnostic, Severity
from reconciler.core.resource import Resource
from reconciler.providers.braket.client import BraketClient
from reconciler.providers.braket.device import Device, get_device, region_of
from reconciler.providers.braket.device_check import facts_of, finding, standing, standings
from reconciler.providers.braket.hybrid_job import JobPayload
from reconciler.providers.braket.job_entry import entry_problem
from reconciler.providers.braket.prices import BraketPrices
from reconciler.providers.kind import Checked

# Rights to pass a role to Braket are given for these (AWS's skill `amazon-braket`; reference/braket.md 1.9).
_ROLE = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/service-role/AmazonBraketJobsExecutionRole[^/]*")
_SECRET = re.compile(r"secret|passw|token(?!s|i)|credential|(api|access|private)[_-]?key", re.IGNORECASE)


def check(client: BraketClient, resources: Sequence[Resource], now: datetime, prices: BraketPrices) -> Checked:
    """Ask each device once, and look into the sources."""
    arns = {str(r.execution["device"]) for r in resources}
    devices = {arn: get_device(client, arn) for arn in sorted(arns) if not is_embedded(arn)}
    regions = {r.address: region_of(str(r.execution["device"]), client.region) for r in resources}
    priced = {r.address: prices.job(r.execution, regions[r.address]) for r in resources}
    found = [found for resource in resources for found in _findings(resource, devices)]
    return Checked(found, priced, facts=facts_of(resources, devices), devices=standings(devices, now))


def _findings(resource: Resource, devices: dict[str, Device | None]) -> Iterator[Diagnostic]:
    arn = str(resource.execution["device"])
    if arn in devices:
        yield from standing(resource, devices[arn], "jobs")
    yield from _entry(resource)
    yield from _role(resource)
    yield from _secrets(resource)


def _entry(resource: Resource) -> Iterator[Diagnostic]:
    payload: JobPayload = resource.payload
    if payload.source is None or payload.spec.source is None:
        return
    problem = entry_problem(payload.source, payload.spec.source.entry_point)
    if problem:
        yield finding(
            resource,
            ("source", "entryPoint"),
            "job/entry-point",
            "Entry point not in the source",
            f"{payload.spec.source.entry_point} can't be run: {problem}.",
            "Write it as FOLDER.MODULE:FUNCTION, as the source has it.",
        )


def _role(resource: Resource) -> Iterator[Diagnostic]:
    payload: JobPayload = resource.payload
    if not _ROLE.fullmatch(payload.spec.role):
        yield finding(
            resource,
            ("role",),
            "job/role",
            "Role not named as Braket's own",
            "Rights to pass a role to Braket are usually given for names that begin with AmazonBraketJobsExecutionRole "
            "under /service-role/; for others the job may be refused.",
            "Name such a role, or make sure that yours may be passed.",
            Severity.WARNING,
        )


def _secrets(resource: Resource) -> Iterator[Diagnostic]:
    payload: JobPayload = resource.payload
    for name in payload.spec.hyperparameters:
        if _SECRET.search(name):
            yield finding(
                resource,
                ("hyperparameters", name),
                "job/secret",
                "Hyperparameter looks like a secret",
                f'The value of "{name[:40]}" will stand in the job\'s logs, in its record on Braket, and in the state.',
                "Let the program fetch secrets itself, from AWS Secrets Manager for instance.",
                Severity.WARNING,
            )
