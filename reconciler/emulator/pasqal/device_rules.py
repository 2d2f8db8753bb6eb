"""What a device of Pasqal can't run, read from its own specs: a batch with it is refused when it is made.

No words of the service are published for these, so they say what the documentation of the rule says. What only Pulser
can tell, such as amplitudes, is left to the switch `pasqal.strict`.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import combinations
from math import dist
from typing import Any, NamedTuple

from reconciler.emulator.pasqal.check import NewJob
from reconciler.emulator.pasqal.context import Context
from reconciler.emulator.pasqal.jsend import Refused

_MOST_PAIRS = 200  # atoms whose distances are looked at
_CLOSE = 1e-6  # of distances and coordinates, which are rounded to so many


class _Finding(NamedTuple):
    place: tuple[str | int, ...]
    message: str


def check_device(context: Context, device: str, sequence: str | None, jobs: Sequence[NewJob], *place: str) -> None:
    """Raises Refused 422 with all findings, unless the switch `device.checks` is off."""
    if context.switches.text("device.checks") != "on":
        return
    found = [_Finding(("body", "sequence_builder"), text) for text in _of_sequence(sequence, device)]
    for index, job in enumerate(jobs):
        where: tuple[str | int, ...] = (*place, index)
        found += [_Finding((*where, "runs"), text) for text in _of_runs(job.runs, device)]
        found += [_Finding((*where, "sequence"), text) for text in _of_sequence(job.sequence, device)]
        found += [_Finding((*where, "variables", "qubits"), text) for text in _of_places(job.variables, device)]
    if found:
        raise Refused(422, [{"loc": list(at), "msg": text, "type": "value_error"} for at, text in found])


@lru_cache(maxsize=16)
def _spec(device: str) -> Mapping[str, Any]:
    from reconciler.emulator.pasqal.specs import SPECS  # here: a large table that only this needs

    found: Mapping[str, Any] = json.loads(SPECS.get(device, "{}"))
    return found


def _of_runs(runs: int, device: str) -> Iterator[str]:
    most = _spec(device).get("max_runs")
    if most is not None and runs > most:
        yield f"The device takes at most {most} runs."


def _of_places(variables: Mapping[str, Any], device: str) -> Iterator[str]:
    qubits = variables.get("qubits")
    if isinstance(qubits, Mapping):
        yield from _of_count(len(qubits), device)


def _of_count(atoms: int, device: str) -> Iterator[str]:
    most = _spec(device).get("max_atom_num")
    if most is not None and atoms > most:
        yield f"The register has {atoms} atoms; the device {device} takes at most {most}."


@lru_cache(maxsize=256)
def _of_sequence(text: str | None, device: str) -> tuple[str, ...]:
    try:
        document = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return ()
    return tuple(_problems(document, device)) if isinstance(document, dict) else ()


def _problems(document: Mapping[str, Any], device: str) -> Iterator[str]:
    spec = _spec(device)
    atoms = [_placed(atom) for atom in _list(document.get("register"))]
    places = [place for place in atoms if place is not None]
    yield from _of_count(len(places), device)
    if len(places) <= _MOST_PAIRS:
        yield from _of_distances(places, spec)
    yield from _of_layout(document, spec)
    longest = spec.get("max_sequence_duration")
    lasts = _duration(document)
    if longest is not None and lasts > longest:
        yield f"The sequence lasts {lasts:g} ns; the device {device} runs at most {longest} ns."


def _of_distances(places: Sequence[tuple[float, ...]], spec: Mapping[str, Any]) -> Iterator[str]:
    near, far = spec.get("min_atom_distance"), spec.get("max_radial_distance")
    for a, b in combinations(places, 2):
        if near is not None and len(a) == len(b) and dist(a, b) < near - _CLOSE:
            yield f"Two atoms are {dist(a, b):g} um apart; the minimal distance of the device is {near:g} um."
            break
    if far is not None and any(dist(a, (0.0,) * len(a)) > far + _CLOSE for a in places):
        yield f"An atom is more than {far:g} um from the centre, which is the device's maximal radial distance."


def _of_layout(document: Mapping[str, Any], spec: Mapping[str, Any]) -> Iterator[str]:
    if spec.get("accepts_new_layouts") is not False or "register" not in document:
        return
    layout = document.get("layout")
    traps = _traps(layout) if isinstance(layout, Mapping) else None
    if traps is None:
        yield "The register must be defined from a layout of the device."
    elif traps not in [_traps(own) for own in _list(spec.get("pre_calibrated_layouts"))]:
        yield "The layout of the register is not among the calibrated layouts of the device."


def _traps(layout: Any) -> list[tuple[float, ...]] | None:
    places = [_numbers(place) for place in _list(layout.get("coordinates"))] if isinstance(layout, Mapping) else []
    found = [tuple(round(part, 6) for part in place) for place in places if place is not None]
    return sorted(found) or None


def _duration(document: Mapping[str, Any]) -> float:
    """At least so many ns, by the channel that works longest; durations that variables give are not counted."""
    by_channel: dict[str, float] = {}
    for operation in _list(document.get("operations")):
        if not isinstance(operation, Mapping):
            continue
        amplitude, detuning = operation.get("amplitude"), operation.get("detuning")
        told = [part.get("duration") for part in (amplitude, detuning) if isinstance(part, Mapping)]
        told.append(operation.get("time") if operation.get("op") == "delay" else None)
        known = [float(part) for part in told if isinstance(part, int | float)]
        channel = str(operation.get("channel"))
        by_channel[channel] = by_channel.get(channel, 0.0) + max(known, default=0.0)
    return max(by_channel.values(), default=0.0)


def _placed(atom: Any) -> tuple[float, ...] | None:
    if not isinstance(atom, Mapping):
        return None
    return _numbers([atom[axis] for axis in ("x", "y", "z") if axis in atom])


def _numbers(value: Any) -> tuple[float, ...] | None:
    if not isinstance(value, list) or not value or not all(type(part) in (int, float) for part in value):
        return None
    return tuple(map(float, value))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
