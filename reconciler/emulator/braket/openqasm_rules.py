from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from reconciler.emulator import catalogue
from reconciler.emulator.braket.device import capabilities
from reconciler.emulator.braket.openqasm_gates import gate_problems
from reconciler.emulator.braket.openqasm_qubits import Qubits, read_qubits
from reconciler.emulator.braket.openqasm_results import result_problems
from reconciler.emulator.braket.openqasm_text import Statement, statements

OPENQASM = "braket.ir.openqasm.program"


@lru_cache(maxsize=512)
def openqasm_problem(source: str, arn: str, shots: int, experimental: bool = False) -> str | None:
    """Why this device refuses this program, None if it takes it.

    The words are those of "Troubleshooting OpenQASM" in the developer guide, and of errors that people have shown in
    public. Where nobody has shown any, they say what the documentation of the rule says. Simulators take much more than
    QPUs: of theirs, only what can't be counted or held is refused, the rest is for the simulator to say. With
    experimental capabilities QPUs are taken for such, since nobody says in data what they then take.
    """
    device, found = catalogue.device(arn), capabilities(arn)
    offer = found.get("action", {}).get(OPENQASM)
    if device is None or offer is None:
        return None
    read = statements(source)
    qubits = read_qubits(read)
    return next(_problems(read, qubits, found, offer, shots, device.type == "QPU" and not experimental), None)


def _problems(
    read: Sequence[Statement],
    qubits: Qubits,
    found: Mapping[str, Any],
    offer: Mapping[str, Any],
    shots: int,
    qpu: bool,
) -> Iterator[str]:
    if qpu:
        yield from _of_pragmas(read, offer)
        yield from gate_problems(read, qubits, found, offer)
        yield from _of_registers(read, offer)
    yield from _of_sorts(qubits, offer, qpu)
    yield from result_problems(read, qubits, offer, shots)
    yield from qubits.too_many(found)
    if qpu:
        yield from qubits.gaps(offer)
        yield from qubits.unmeasured(offer)


def _of_pragmas(read: Sequence[Statement], offer: Mapping[str, Any]) -> Iterator[str]:
    for statement in read:
        words = statement.tokens[1:]
        if statement.word != "#pragma" or words[:2] == ("braket", "result"):
            continue
        if words == ("verbatim",):
            yield "You must include “braket” in the verbatim pragma"
        name = _pragma_name(words[1:])
        taken, refused = offer.get("supportedPragmas"), offer.get("forbiddenPragmas")
        if words[:1] == ("braket",) and (name in (refused or ()) or (taken is not None and name not in taken)):
            yield f"[line {statement.line}] pragma '{' '.join(words)}' is not supported by the device"


def _pragma_name(words: tuple[str, ...]) -> str:
    """As capabilities name it."""
    first, second = "".join(words[:1]), "".join(words[1:2]).partition("(")[0]
    if first == "noise":
        return f"braket_noise_{second}"
    return "braket_unitary_matrix" if first.startswith("unitary") else first


def _of_registers(read: Sequence[Statement], offer: Mapping[str, Any]) -> Iterator[str]:
    for noun, words, key in (
        ("qubit", ("qubit", "qreg"), "maximumQubitArrays"),
        ("classical", ("bit", "creg"), "maximumClassicalArrays"),
    ):
        most = offer.get(key)
        declared = [statement for statement in read if statement.word in words]
        if most is not None and len(declared) > most:
            few = "register is" if most == 1 else "registers are"
            line = declared[most].line
            yield f"[line {line}] cannot declare a {noun} register. Only {most} {noun} {few} supported."


def _of_sorts(qubits: Qubits, offer: Mapping[str, Any], qpu: bool) -> Iterator[str]:
    physical = [line for line, name in qubits.used if name.startswith("$")]
    virtual = [line for line, name in qubits.used if not name.startswith("$")]
    if qpu and physical and virtual:
        yield f"[line {max(physical[0], virtual[0])}] mixes physical qubits and qubits registers."
    if physical and offer.get("supportPhysicalQubits") is False:
        yield f"[line {physical[0]}] uses physical qubits, which are not supported by the device"
