"""An analog program against the ranges of the device: what of it would be refused, all at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from reconciler.core.json_position import find_value
from reconciler.core.qasm.syntax import Span
from reconciler.providers.braket.ahs_atoms import check_atoms
from reconciler.providers.braket.ahs_finding import AhsFinding
from reconciler.providers.braket.ahs_program import Ahs, AhsUnreadable, read_ahs
from reconciler.providers.braket.ahs_pulses import check_pulses
from reconciler.providers.braket.device import Device
from reconciler.providers.braket.program_walk import Problem

AHS: Final = "braket.ir.ahs.program"
_MOST: Final = 20  # findings of one program: a hundred atoms too close have one cause

SUMMARIES: Final[Mapping[str, str]] = {
    "device/ahs-schema": "Program is no analog program",
    "device/ahs-sites": "Sites of the atoms are not as the device takes them",
    "device/ahs-spacing": "Atoms are too close",
    "device/ahs-area": "Atoms do not fit into the device's area",
    "device/ahs-times": "Times are not as the device takes them",
    "device/ahs-range": "Value out of the device's range",
    "device/ahs-slope": "Value changes too fast for the device",
    "device/ahs-ends": "Drive does not begin and end at zero",
    "device/ahs-fields": "Fields are not as the device takes them",
    "device/ahs-resolution": "Value is finer than the device's resolution",
}
"""What each code says in a few words, always the same."""


def check_ahs(text: str, device: Device) -> list[Problem]:
    """What the device would refuse. What it says nothing of is not forbidden."""
    paradigm = device.capabilities.get("paradigm")
    rydberg = paradigm.get("rydberg") if isinstance(paradigm, Mapping) else None
    if not isinstance(paradigm, Mapping) or not isinstance(rydberg, Mapping):
        return []
    try:
        program = read_ahs(text)
    except AhsUnreadable as error:
        detail = f"It can't be read as an analog program: {error.reason}."
        found: Iterable[AhsFinding] = [
            AhsFinding("device/ahs-schema", detail, "Write it with `AnalogHamiltonianSimulation.to_ir()`.", error.path)
        ]
    else:
        found = _findings(program, device, paradigm, rydberg)
    return [_placed(text, each) for each, _ in zip(found, range(_MOST), strict=False)]


def _findings(
    program: Ahs, device: Device, paradigm: Mapping[str, Any], rydberg: Mapping[str, Any]
) -> Iterator[AhsFinding]:
    lattice = paradigm.get("lattice")
    yield from check_atoms(program, device, lattice if isinstance(lattice, Mapping) else {})
    limits = rydberg.get("rydbergGlobal")
    yield from check_pulses(program, device, limits if isinstance(limits, Mapping) else {})
    if program.local is not None and not rydberg.get("rydbergLocal"):
        detail = f"{device.name} has no local detuning."
        yield AhsFinding("device/ahs-fields", detail, "Leave localDetuning empty.", program.local)


def _placed(text: str, found: AhsFinding) -> Problem:
    place = find_value(text, found.path)
    return Problem(found.code, found.detail, found.remedy, Span(*(place or (0, 1))), found.severity)
