"""A program set in Braket's own JSON against what the device takes: how many runs, how many shots, which programs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from reconciler.core.declared import Path
from reconciler.core.json_position import find_value
from reconciler.core.qasm.parse import parse
from reconciler.core.qasm.syntax import Span
from reconciler.providers.braket.device import Device
from reconciler.providers.braket.program_check import check_program
from reconciler.providers.braket.program_facts import read_facts
from reconciler.providers.braket.program_walk import Problem

SUMMARIES: Final[Mapping[str, str]] = {
    "device/set-runs": "Too many runs for one program set",
    "device/set-shots": "Shots of the program set are not as the device takes them",
    "device/set-inputs": "Inputs of the program set do not go together",
    "device/set-programs": "Program set without programs",
}
"""What each code says in a few words, always the same."""


def check_set(text: str, device: Device, shots: int) -> list[Problem]:
    """`shots` are those of the whole task: each run gets the same part of them."""
    try:
        programs = json.loads(text)["programs"]
    except (ValueError, KeyError, TypeError, RecursionError):
        programs = None
    if not isinstance(programs, list) or not programs or not all(_has_source(program) for program in programs):
        detail = "A program set needs a list of programs, each with its source."
        return [_problem(text, ("programs",), "device/set-programs", detail, "Write it with the SDK's ProgramSet.")]
    wrong = [found for index, program in enumerate(programs) for found in _inputs(text, index, program)]
    runs = 0 if wrong else sum(_runs(program) for program in programs)
    limits = list(_limits(text, device, runs, shots)) if runs else []
    return [*wrong, *limits, *_programs(text, programs, device, shots // runs if runs else shots)]


def _has_source(program: Any) -> bool:
    return isinstance(program, Mapping) and isinstance(program.get("source"), str)


def _runs(program: Mapping[str, Any]) -> int:
    return len(next(iter((program.get("inputs") or {}).values()), [None]))


def _inputs(text: str, index: int, program: Mapping[str, Any]) -> Iterator[Problem]:
    inputs, path = program.get("inputs"), ("programs", index, "inputs")
    if inputs is None:
        return
    if not isinstance(inputs, Mapping) or not all(isinstance(v, list) and v for v in inputs.values()):
        detail = "In a program set each input is a list with one value for each run."
        yield _problem(text, path, "device/set-inputs", detail, "Give lists that are not empty.")
    elif len({len(values) for values in inputs.values()}) > 1:
        counts = ", ".join(f"{name[:20]} {len(values)}" for name, values in inputs.items())
        detail = f"The inputs of a program have one value for each run, so all are as long; here: {counts}."
        yield _problem(text, path, "device/set-inputs", detail, "Give each input as many values.")


def _limits(text: str, device: Device, runs: int, shots: int) -> Iterator[Problem]:
    offer = device.program_set or {}
    most, least_shots, most_shots = (
        value if isinstance(value := offer.get(name), int) else None
        for name in ("maximumExecutables", "minimumTotalShots", "maximumTotalShots")
    )
    if most is not None and runs > most:
        detail = f"{device.name} takes {most:,} runs in a program set, found {runs:,}."
        yield _problem(text, ("programs",), "device/set-runs", detail, "Make several sets of it.")
    low, high = least_shots or 1, most_shots
    if shots < low or (high is not None and shots > high):
        allowed = f"{low:,} to {high:,}" if high is not None else f"at least {low:,}"
        detail = f"{device.name} takes {allowed} shots in a program set, found {shots:,}."
        yield _problem(text, ("programs",), "device/set-shots", detail, "Change the shots of the task.")
    each = shots // runs
    if device.shots is not None and not device.shots[0] <= each <= device.shots[1]:
        allowed = f"{device.shots[0]:,} to {device.shots[1]:,}"
        detail = f"{device.name} takes {allowed} shots a run; of {shots:,} each of {runs:,} runs gets {each:,}."
        yield _problem(text, ("programs",), "device/set-shots", detail, "Change the shots of the task.")
    if shots % runs:
        detail = f"Each of the {runs:,} runs gets the same number of shots, and {shots:,} can't be divided by {runs:,}."
        yield _problem(text, ("programs",), "device/set-shots", detail, "Ask for a multiple of the number of runs.")


def _programs(text: str, programs: list[Mapping[str, Any]], device: Device, shots: int) -> Iterator[Problem]:
    facts = read_facts(device)
    if facts is None:
        return
    for index, program in enumerate(programs):
        for found in check_program(parse(program["source"]), facts, shots):
            path: Path = ("programs", index, "source")
            yield _problem(text, path, found.code, found.detail, found.remedy)


def _problem(text: str, path: Path, code: str, detail: str, remedy: str) -> Problem:
    return Problem(code, detail, remedy, Span(*(find_value(text, path) or (0, 1))))
