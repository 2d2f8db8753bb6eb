"""The programs of tasks against their devices: each text once, however many points of a sweep run it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from reconciler.core.declared import Path
from reconciler.core.diagnostic import Diagnostic, Location
from reconciler.core.json_position import find_value
from reconciler.core.qasm.parse import parse
from reconciler.core.qasm.syntax import Span
from reconciler.core.resource import Resource
from reconciler.providers.braket import ahs_check, program_check, set_check
from reconciler.providers.braket.ahs_check import AHS, check_ahs
from reconciler.providers.braket.device import PROGRAM_SET, Device
from reconciler.providers.braket.program_check import check_program
from reconciler.providers.braket.program_facts import OPENQASM, read_facts
from reconciler.providers.braket.program_walk import Problem
from reconciler.providers.braket.quantum_task import TaskPayload
from reconciler.providers.braket.set_check import check_set

_SUMMARIES = {**program_check.SUMMARIES, **ahs_check.SUMMARIES, **set_check.SUMMARIES}


@dataclass(slots=True)
class _Group:
    """Tasks whose programs get the same answer: the first speaks for all."""

    first: Resource
    device: Device
    addresses: list[str] = field(default_factory=list)


def check_programs(tasks: Iterable[tuple[Resource, Device]]) -> list[Diagnostic]:
    """What the devices would refuse of the texts that would be submitted, at their places in the user's own files."""
    groups: dict[tuple[object, ...], _Group] = {}
    for resource, device in tasks:
        payload: TaskPayload = resource.payload
        run = resource.execution["shots"], resource.execution.get("experimentalCapabilities")
        key = (resource.address.base, payload.source.name, payload.source.text, payload.language, device.arn, run)
        groups.setdefault(key, _Group(resource, device)).addresses.append(str(resource.address))
    return [found for group in groups.values() for found in _findings(group)]


def _findings(group: _Group) -> Iterator[Diagnostic]:
    payload: TaskPayload = group.first.payload
    address = group.addresses[0] if len(group.addresses) == 1 else str(group.first.address.base)
    header, text = _submitted(payload)
    if header == OPENQASM:
        problems = _of_openqasm(text, group)
    elif header == PROGRAM_SET:
        problems = check_set(text, group.device, int(group.first.execution["shots"]))
    else:
        problems = check_ahs(text, group.device) if header == AHS else []
    for found in problems:
        where = _place(payload, text, found)
        yield Diagnostic(found.code, _SUMMARIES[found.code], found.detail, found.remedy, where, address, found.severity)


def _of_openqasm(text: str, group: _Group) -> list[Problem]:
    facts, run = read_facts(group.device), group.first.execution
    if facts is None:
        return []
    experimental = run.get("experimentalCapabilities") == "ALL"
    return check_program(parse(text), facts, int(run["shots"]), experimental=experimental)


def _submitted(payload: TaskPayload) -> tuple[str, str]:
    """The kind of program that Braket would get, and its text: of OpenQASM the program itself, else the JSON."""
    action = payload.action()
    try:
        document = json.loads(action)
        name, source = str(document["braketSchemaHeader"]["name"]), document.get("source")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return "", action
    return name, source if name == OPENQASM and isinstance(source, str) else action


def _place(payload: TaskPayload, text: str, found: Problem) -> Location:
    """In the file as the user wrote it: a translation keeps every statement on its line."""
    ((key, source),) = payload.declared.files.items()
    path: Path = tuple(key.split("."))
    if text == source.text:
        span = found.span
    elif key == "program.openqasm":
        span = _line(source.text, text.count("\n", 0, found.span.start))
    else:  # JAQCD, whose lines are not those of its translation, or a program in an action
        span = Span(*(find_value(source.text, ("source",)) or (0, 1)))
    return payload.declared.place_in(path, span.start, span.end)


def _line(text: str, number: int) -> Span:
    """What is written in a line, counted from 0."""
    start = 0
    for _ in range(number):
        start = text.find("\n", start) + 1
    line = text[start:].partition("\n")[0]
    return Span(start + len(line) - len(line.lstrip()), start + max(1, len(line.rstrip())))
