import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from reconciler.emulator.wire.error import ServiceError, invalid

PROGRAM_SET = "braket.ir.openqasm.program_set"
_BITS = re.compile(r"[01]+")
_RESULT_TYPE = re.compile(r"^\s*#pragma\s+braket\s+result\b", re.MULTILINE)


class Size(NamedTuple):
    programs: int
    executables: int


def check_program_set(action: str, shots: int, capabilities: Mapping[str, Any]) -> Size:
    """How much a program set holds: a program is executed once for each place of its inputs, which are lists.

    `action` is of this type already, `capabilities` are the device's. Raises ServiceError ValidationException with
    the reason ProgramSetValidationFailed, and the failures of each program where it is they that are wrong.
    """
    programs = json.loads(action).get("programs")
    if not isinstance(programs, list) or not programs:
        raise failed("A program set must have at least one program")
    failures = [failure for index, program in enumerate(programs) for failure in _failures(index, program)]
    if failures:
        raise failed("The program set has programs that are not valid", programSetValidationFailures=failures)
    executables = sum(_places(program) for program in programs)
    _check_limits(executables, shots, capabilities["action"][PROGRAM_SET])
    return Size(len(programs), executables)


def _check_limits(executables: int, shots: int, limits: Mapping[str, Any]) -> None:
    if executables > limits["maximumExecutables"]:
        raise failed(f"The program set has {executables} executables; at most {limits['maximumExecutables']} are run")
    least, most = limits.get("minimumTotalShots") or 1, limits["maximumTotalShots"]
    if not least <= shots <= most:
        raise failed(f"The total shots of a program set should be between {least} and {most}, but found {shots}")
    if shots % executables:
        raise failed(f"The total shots {shots} are not divisible by the number of executables {executables}")


def _failures(index: int, program: Any) -> Iterator[dict[str, Any]]:
    if not isinstance(program, dict) or not isinstance(program.get("source"), str) or not program["source"].strip():
        yield _failure(index, "The program has no source")
        return
    if _RESULT_TYPE.search(program["source"]):
        yield _failure(index, "Result types are not supported in a program set")
    inputs = {} if program.get("inputs") is None else program["inputs"]
    if not isinstance(inputs, dict) or not all(isinstance(values, list) and values for values in inputs.values()):
        yield _failure(index, "All inputs of a program in a program set must be lists that are not empty")
        return
    if len({len(values) for values in inputs.values()}) > 1:
        yield _failure(index, "All inputs of a program in a program set must have the same length")
        return
    for place in range(_places(program)):
        wrong = [f"The value of input {name} is no number" for name in inputs if not _is_value(inputs[name][place])]
        if wrong:
            yield {"programIndex": index, "inputsIndex": place, "errors": wrong}


def _is_value(value: Any) -> bool:
    if isinstance(value, str):
        return _BITS.fullmatch(value) is not None
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _places(program: Mapping[str, Any]) -> int:
    return len(next(iter((program.get("inputs") or {}).values()), [None]))


def _failure(index: int, error: str) -> dict[str, Any]:
    return {"programIndex": index, "errors": [error]}


def failed(message: str, **members: Any) -> ServiceError:
    return invalid(message, reason="ProgramSetValidationFailed", **members)
