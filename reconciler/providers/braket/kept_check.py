"""The device checks without a network, by what devices said when they were last asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reconciler.core.diagnostic import Diagnostic, Severity
from reconciler.core.ports import Shelf
from reconciler.core.resource import Resource
from reconciler.providers.braket.device import Device, kept_device
from reconciler.providers.braket.device_check import findings_of, runnable
from reconciler.providers.braket.task_check import check_programs


def check_kept(resources: Sequence[Resource], shelf: Shelf) -> list[Diagnostic]:
    """The same checks without a network, by what devices said when they were last asked: warnings, with the time."""
    devices = {arn: kept_device(shelf, arn) for arn in {str(r.execution["device"]) for r in resources}}
    known = {arn: device for arn, device in devices.items() if device is not None}
    mine = [resource for resource in resources if str(resource.execution["device"]) in known]
    found: list[Diagnostic] = []
    for resource in mine:
        device = known[str(resource.execution["device"])]
        found += [_as_of(each, device) for each in findings_of(resource, device)]
    for arn, device in known.items():
        of_device = [resource for resource in mine if resource.execution["device"] == arn]
        found += [_as_of(each, device) for each in check_programs(runnable(of_device, known))]
    return found


def _as_of(found: Diagnostic, device: Device) -> Diagnostic:
    detail = f"{found.detail} That is as of {device.asked}, when {device.name} was last asked."
    return replace(found, detail=detail, severity=Severity.WARNING)
