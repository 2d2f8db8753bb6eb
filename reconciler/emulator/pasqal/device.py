"""Devices: what there is, what it can do, and who waits for it."""

from typing import Any

from reconciler.emulator.message import Response
from reconciler.emulator.pasqal.context import Context
from reconciler.emulator.pasqal.jsend import not_found, success
from reconciler.emulator.pasqal.page import paged, window
from reconciler.emulator.pasqal.row import Where
from reconciler.emulator.pasqal.shape import batch_shape
from reconciler.emulator.pasqal.specs import SPECS, devices
from reconciler.emulator.pasqal.store import known, select_batches


def get_device_specs(_context: Context) -> Response:
    return success(dict(SPECS))


def get_device_spec(context: Context) -> Response:
    if context.id not in SPECS:
        raise not_found("The device", context.id)
    return success({"device_type": context.id, "specs": SPECS[context.id]})


def get_public_device_specs(_context: Context) -> Response:
    return success([{"device_type": name, "specs": text} for name, text in SPECS.items()])


def list_devices(context: Context) -> Response:
    asked = window(context)
    types = context.query.texts("device_type")
    availabilities = context.query.texts("availability", ("ACTIVE", "INACTIVE", "RETIRED"))
    found: list[dict[str, Any]] = [
        device
        for device in devices()
        if (not types or device["device_type"] in types)
        and (not availabilities or device["availability"] in availabilities)
    ]
    return paged(context, found[asked.offset : asked.offset + asked.limit], asked, len(found))


def get_device_queue(context: Context) -> Response:
    """Batches that wait, oldest first, without their jobs."""
    asked = window(context)
    batches = known(context, select_batches(context, Where("device_type = ?", context.id), "ORDER BY seq"))
    waiting = [batch_shape(found, context.now) for found in batches if found.life.status == "PENDING"]
    return paged(context, waiting[asked.offset : asked.offset + asked.limit], asked, len(waiting))
