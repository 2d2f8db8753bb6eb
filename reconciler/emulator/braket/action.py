import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.emulator.wire.error import invalid

PROGRAM_SET = "braket.ir.openqasm.program_set"
_KNOWN = frozenset({"braket.ir.openqasm.program", PROGRAM_SET, "braket.ir.ahs.program", "braket.ir.jaqcd.program"})


@dataclass(frozen=True, slots=True)
class Action:
    """What the service keeps of a program: its type, and for a program set how many programs and runs it has."""

    type: str
    programs: int | None = None
    executables: int | None = None


def read_action(text: str, device_arn: str, capabilities: Mapping[str, Any], shots: int) -> Action:
    """Raises ServiceError ValidationException for a program that is broken or that the device does not take."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise invalid("The action is not valid JSON") from problem
    header = document.get("braketSchemaHeader") if isinstance(document, dict) else None
    name, version = (header.get("name"), header.get("version")) if isinstance(header, dict) else (None, None)
    if name not in _KNOWN:
        raise invalid("The action has no known braketSchemaHeader")
    accepted = capabilities.get("action", {}).get(name)
    if accepted is None or str(version) not in map(str, accepted.get("version", [])):
        raise invalid(f"Action {name} version {version} is not supported by device {device_arn}")
    return _program_set(document, shots) if name == PROGRAM_SET else Action(name)


def _program_set(document: Mapping[str, Any], shots: int) -> Action:
    programs = document.get("programs")
    if not isinstance(programs, list) or not programs:
        raise invalid("A program set needs at least one program")
    failures = []
    executables = 0
    for index, program in enumerate(programs):
        lengths = {len(values) for values in (program.get("inputs") or {}).values()}
        if len(lengths) > 1:
            failures.append({"programIndex": index, "errors": ["All inputs must have the same number of values"]})
        executables += max(lengths, default=1) or 1
    if failures:
        raise invalid(
            "The program set is not valid",
            reason="ProgramSetValidationFailed",
            programSetValidationFailures=failures,
        )
    # The task's shots are the total (AWS's skill for Braket): they must divide by the executables.
    if shots % executables:
        raise invalid(f"Shots must be a multiple of the number of executables, {executables}, but found {shots}")
    return Action(PROGRAM_SET, len(programs), executables)
