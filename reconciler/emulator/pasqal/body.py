"""What the bodies of requests have in common."""

from collections.abc import Mapping, Sequence
from typing import Any

from reconciler.emulator.pasqal.check import NewJob, device_in, is_storable
from reconciler.emulator.pasqal.context import PROJECT
from reconciler.emulator.pasqal.jsend import Refused, invalid

# What docs.pasqal.com lists for `device_type`; the SDK itself passes any text.
DEVICE_TYPES = frozenset(
    {
        *("EMU_C", "EMU_FREE", "EMU_FRESNEL", "EMU_MPS", "EMU_SV", "EMU_TN"),
        *("FRESNEL", "FRESNEL8", "FRESNEL_CAN1", "FRESNEL_RD", "FRESNEL_SA1"),
    }
)


def check_project(body: Mapping[str, Any]) -> None:
    """Raises Refused 422 for no project, 403 for one that is not ours."""
    project = text(body, "project_id")
    if project is None:
        raise invalid("The field is required.", "body", "project_id")
    if project != PROJECT:
        raise Refused(403, f"The project {project} does not exist or you are not a member of it; here is {PROJECT}.")


def members(document: Any) -> dict[str, Any]:
    if not isinstance(document, dict):
        raise invalid("The value is not a valid dict.", "body")
    return document


def text(body: Mapping[str, Any], name: str) -> str | None:
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise invalid("The value is not a valid string.", "body", name)
    if value is not None and not is_storable(value):
        raise invalid("The value is not valid Unicode.", "body", name)
    return value


def is_open(body: Mapping[str, Any]) -> bool:
    """`complete` is the older opposite of `open`."""
    flags = [body.get("open"), None if body.get("complete") is None else not body["complete"]]
    for name in ("open", "complete"):
        if not isinstance(body.get(name), bool | None):
            raise invalid("The value is not a valid boolean.", "body", name)
    return next((flag for flag in flags if flag is not None), False)


def device_type(body: Mapping[str, Any], sequence: str | None, jobs: Sequence[NewJob]) -> str:
    """The type asked for, or else the device that the sequence is written for."""
    device = text(body, "device_type") or text(body, "emulator")
    if device is None:
        own = (job.sequence for job in jobs)
        device = next((name for name in map(device_in, (sequence, *own)) if name), None)
        if device is None:
            raise invalid("No device type is given, and the sequence names no device.", "body", "device_type")
    if device not in DEVICE_TYPES:
        raise invalid(f"'{device}' is not one of {', '.join(sorted(DEVICE_TYPES))}.", "body", "device_type")
    return device
