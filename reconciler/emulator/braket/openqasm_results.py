import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reconciler.emulator.braket.openqasm_qubits import Qubits
from reconciler.emulator.braket.openqasm_text import Statement

_OBSERVABLE = re.compile(r"(?<![\w\]])([a-z]+)\s*\(")
_MOST_PROBABILITIES = 15


def result_problems(read: Sequence[Statement], qubits: Qubits, offer: Mapping[str, Any], shots: int) -> Iterator[str]:
    """What is wrong with the result types of a program, and with shots that go with none."""
    asked = [(s.line, s.tokens[3], " ".join(s.tokens[4:])) for s in read if _is_result(s)]
    if not asked:
        if shots == 0:
            yield "Result types must be specified in the IR when shots=0"
        return
    if qubits.measured:
        yield "Qubits should not be explicitly measured when result types are requested."
    taken = offer.get("supportedResultTypes")
    by_name: dict[str, Mapping[str, Any]] = {_plain(str(entry.get("name"))): entry for entry in taken or ()}
    for line, name, rest in asked:
        found = by_name.get(_plain(name), {})
        if taken is not None and not found:
            yield f"[line {line}] result type {name} is not supported by the device"
            continue
        least, most = found.get("minShots"), found.get("maxShots")
        if (least is not None and shots < least) or (most is not None and shots > most):
            yield f"[line {line}] result type {name} requires shots between {least} and {most}, but found {shots}"
        yield from _observables(line, name, rest, found)
        if _plain(name) == "probability":
            yield from _probabilities(rest, qubits)


def _is_result(statement: Statement) -> bool:
    return statement.tokens[:3] == ("#pragma", "braket", "result") and len(statement.tokens) > 3


def _plain(name: str) -> str:
    return name.replace("_", "").lower()


def _observables(line: int, name: str, rest: str, found: Mapping[str, Any]) -> Iterator[str]:
    known = found.get("observables")
    for observable in _OBSERVABLE.findall(rest):
        if known is not None and observable not in known:
            yield f"[line {line}] observable {observable} is not supported for the result type {name}"


def _probabilities(rest: str, qubits: Qubits) -> Iterator[str]:
    named = [(0, part) for part in rest.replace(" ", "").split(",") if part and part != "all"]
    found = qubits.all_of(named or [*qubits.used, *((0, name) for name in qubits.registers)])
    if found is not None and len(found) > _MOST_PROBABILITIES:
        # The service's own words, seen in openqaoa#324.
        yield "Probability result type must be used with 15 or fewer qubits."
