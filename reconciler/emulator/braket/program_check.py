import json
from collections.abc import Mapping
from typing import Any

from reconciler.emulator.braket.ahs_rules import AHS, ahs_problem
from reconciler.emulator.braket.openqasm_rules import OPENQASM, openqasm_problem
from reconciler.emulator.braket.program_set import PROGRAM_SET, failed
from reconciler.emulator.wire.error import invalid


def check_program(action: str, kind: str, arn: str, shots: int, experimental: bool) -> None:
    """Raises ServiceError ValidationException for a program of this type that the device refuses.

    `shots` are those of one run. What can't be read at all is left to the run to fail of.
    """
    if kind == AHS:
        problem = ahs_problem(action, arn)
        if problem is not None:
            raise invalid(problem)
        return
    document: Mapping[str, Any] = json.loads(action)
    if kind == OPENQASM:
        source = document.get("source")
        problem = openqasm_problem(source, arn, shots, experimental) if isinstance(source, str) else None
        if problem is not None:
            raise invalid(problem)
    if kind == PROGRAM_SET:
        found = [(i, openqasm_problem(one["source"], arn, shots)) for i, one in enumerate(document["programs"])]
        failures = [{"programIndex": index, "errors": [problem]} for index, problem in found if problem is not None]
        if failures:
            raise failed("The program set has programs that are not valid", programSetValidationFailures=failures)
