"""The drive of an analog program over time: times, values, slopes and ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final

from reconciler.core.diagnostic import Severity
from reconciler.providers.braket.ahs_finding import AhsFinding, short, stated, stated_range
from reconciler.providers.braket.ahs_program import Ahs, Series
from reconciler.providers.braket.device import Device

# What people call it, its unit, and the members of `rydbergGlobal`: range, largest slope and resolution.
_OF: Final[Mapping[str, tuple[str, str, str, str, str]]] = {
    "amplitude": (
        "Rabi frequency",
        "rad/s",
        "rabiFrequencyRange",
        "rabiFrequencySlewRateMax",
        "rabiFrequencyResolution",
    ),
    "phase": ("phase", "rad", "phaseRange", "", "phaseResolution"),
    "detuning": ("detuning", "rad/s", "detuningRange", "detuningSlewRateMax", "detuningResolution"),
}


def check_pulses(program: Ahs, device: Device, limits: Mapping[str, Any]) -> Iterator[AhsFinding]:
    """Each series by itself, then their ends together."""
    if len(program.fields) > 1:
        detail = f"{device.name} takes one driving field, found {len(program.fields)}."
        yield AhsFinding("device/ahs-fields", detail, "Put them into one.", ("hamiltonian", "drivingFields", 1))
    for field in program.fields:
        sound = True
        for series in field:
            problems = list(_times(series, device, limits))
            sound = sound and not problems
            yield from problems
            yield from _values(series, device, limits)
            if not problems:
                yield from _slopes(series, device, limits)
        ends = {series.times[-1] for series in field if series.times}
        if sound and len(ends) > 1:
            shown = ", ".join(f"{series.name} at {short(series.times[-1])} s" for series in field)
            detail = f"The series must end together; they end: {shown}."
            yield AhsFinding("device/ahs-times", detail, "Let all of them end at the same time.", field[0].path)


def _times(series: Series, device: Device, limits: Mapping[str, Any]) -> Iterator[AhsFinding]:
    times, path = series.times, (*series.path, "times")
    if len(times) < 2 or len(times) != len(series.values):
        detail = (
            f"The {series.name} has {len(times)} times and {len(series.values)} values; both need the same, 2 or more."
        )
        yield AhsFinding("device/ahs-times", detail, "Give one value for each time.", path)
        return
    if times[0]:
        detail = f"The {series.name} begins at {short(times[0])} s; it must begin at 0."
        yield AhsFinding("device/ahs-times", detail, "Add a value at time 0.", (*path, 0))
    longest, step = stated(limits, "timeMax"), stated(limits, "timeDeltaMin")
    if longest is not None and times[-1] > longest:
        detail = f"The {series.name} goes on for {short(times[-1])} s; {device.name} runs {short(longest)} s at most."
        yield AhsFinding("device/ahs-times", detail, "Make it shorter; times are in seconds.", (*path, len(times) - 1))
    for index, (before, after) in enumerate(pairwise(times)):
        if after <= before:
            detail = f"Time {index + 1} of the {series.name}, {short(after)} s, is not after the one before it."
            yield AhsFinding("device/ahs-times", detail, "Order the times.", (*path, index + 1))
        elif step is not None and after - before < step:
            detail = (
                f"Times {index} and {index + 1} of the {series.name} are {short(after - before)} s apart; "
                f"{device.name} needs {short(step)} s at least."
            )
            yield AhsFinding("device/ahs-times", detail, "Move them apart; times are in seconds.", (*path, index + 1))


def _values(series: Series, device: Device, limits: Mapping[str, Any]) -> Iterator[AhsFinding]:
    words, unit, ranged, _, resolution = _OF[series.name]
    path, allowed, step = (*series.path, "values"), stated_range(limits, ranged), stated(limits, resolution)
    for index, value in enumerate(series.values):
        if allowed is not None and not allowed[0] <= value <= allowed[1]:
            detail = (
                f"The {words} {short(value)} {unit} is out of the range of {device.name}, "
                f"{short(allowed[0])} to {short(allowed[1])} {unit}."
            )
            yield AhsFinding("device/ahs-range", detail, "Choose a value within it.", (*path, index))
    if series.name == "amplitude":
        for index in sorted({0, len(series.values) - 1}):
            if series.values and series.values[index]:
                here = f"here it is {short(series.values[index])} {unit}"
                detail = f"The {words} begins and ends at 0 on {device.name}; {here}."
                yield AhsFinding("device/ahs-ends", detail, "Let it rise from 0 and fall to 0.", (*path, index))
    fine = next((index for index, value in enumerate(series.values) if step and value % step), None)
    if fine is not None:
        detail = (
            f"The {words} {series.values[fine]} {unit} is no multiple of {short(step or Decimal(0))} {unit}, "
            f"in which {device.name} sets it."
        )
        remedy = "Round it, as `discretize` of the SDK does."
        yield AhsFinding("device/ahs-resolution", detail, remedy, (*path, fine), Severity.WARNING)


def _slopes(series: Series, device: Device, limits: Mapping[str, Any]) -> Iterator[AhsFinding]:
    words, unit, _, sloped, _ = _OF[series.name]
    steepest = stated(limits, sloped) if sloped else None
    if steepest is None:
        return
    for index, (now, then) in enumerate(pairwise(zip(series.times, series.values, strict=True))):
        slope = abs(then[1] - now[1]) / (then[0] - now[0])
        if slope > steepest:
            detail = (
                f"The {words} changes by {short(slope)} {unit} a second before its value {index + 1}; "
                f"{device.name} changes it by {short(steepest)} at most."
            )
            remedy = "Give the change more time."
            yield AhsFinding("device/ahs-slope", detail, remedy, (*series.path, "values", index + 1))
