from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reconciler.emulator.braket.openqasm_qubits import Qubits
from reconciler.emulator.braket.openqasm_text import LOCAL_ONLY, Call, Statement, call_of, measured

Capabilities = Mapping[str, Any]


def gate_problems(
    read: Sequence[Statement], qubits: Qubits, capabilities: Capabilities, offer: Capabilities
) -> Iterator[str]:
    """What is wrong with single statements, in their order."""
    seen: set[str] = set()
    for statement in read:
        yield from _of_word(statement, offer)
        call = call_of(statement)
        if call is not None:
            yield from _of_call(statement, call, capabilities, offer)
            yield from _of_operands(statement, call, qubits, capabilities, seen)
        for operand in measured(statement) or ():
            seen |= qubits.named(operand) or set()
    yield from _partly_verbatim(read, offer)


def _of_word(statement: Statement, offer: Capabilities) -> Iterator[str]:
    if statement.word == "include":
        column = statement.column + len("include ")
        yield f"No terminal matches '\"' in the current parser context, at line {statement.line} col {column}."
    if statement.word in LOCAL_ONLY:
        yield f"[line {statement.line}] uses '{statement.word}', which is only supported in the LocalSimulator"
    operations = offer.get("supportedOperations")
    if statement.word == "barrier" and operations is not None and "barrier" not in operations:
        yield f"[line {statement.line}] Uses 'barrier' which is not supported on device"


def _of_call(statement: Statement, call: Call, capabilities: Capabilities, offer: Capabilities) -> Iterator[str]:
    taken = offer.get("supportedModifiers")
    names = None if taken is None else {str(entry.get("name")) for entry in taken}
    for modifier in call.modifiers:
        if names is not None and modifier not in names:
            # The service writes it so.
            yield f"[line {statement.line}] uses an unsupported GateModifer: '{modifier}'"
    if "verbatim" in statement.blocks or "box" in statement.blocks:
        yield from _in_a_box(statement, call, capabilities)
        return
    operations = offer.get("supportedOperations")
    if operations is not None and call.gate not in operations:
        yield (
            f"[line {statement.line}] uses a gate: {call.gate} "
            "which is not supported by the device or defined via a defcal"
        )


def _in_a_box(statement: Statement, call: Call, capabilities: Capabilities) -> Iterator[str]:
    if "verbatim" not in statement.blocks:
        yield "All boxes must be preceded by a verbatim pragma."
    native = capabilities.get("paradigm", {}).get("nativeGateSet")
    if native is not None and call.gate not in native:
        yield f"In verbatim boxes, native gates are required. {call.gate} is not a device native gate."
    if not all(operand.startswith("$") for operand in call.operands):
        yield "Physical qubits are required in verbatim box."


def _of_operands(
    statement: Statement, call: Call, qubits: Qubits, capabilities: Capabilities, seen: set[str]
) -> Iterator[str]:
    for operand in call.operands:
        name = operand.partition("[")[0]
        if operand != name and name in qubits.registers and qubits.registers[name] is None:
            yield f"[line {statement.line}] single qubit cannot be indexed."
        if (again := (qubits.named(operand) or frozenset()) & seen) and "verbatim" not in statement.blocks:
            yield (
                f"[line {statement.line}] qubit {min(again)} is already measured or captured. "
                "Cannot perform a new operation on it"
            )
    if call.operands and all(operand.startswith("$") for operand in call.operands):
        yield from _of_places(statement, [operand[1:] for operand in call.operands], capabilities)


def _of_places(statement: Statement, places: Sequence[str], capabilities: Capabilities) -> Iterator[str]:
    paradigm = capabilities.get("paradigm", {})
    connectivity = paradigm.get("connectivity") or {}
    if connectivity.get("fullyConnected"):
        known = {str(number) for number in range(paradigm.get("qubitCount", 0))}
        edges = None
    else:
        edges = connectivity.get("connectivityGraph")
        known = {*(edges or ()), *(other for others in (edges or {}).values() for other in others)}
    for place in places:
        if known and place not in known:
            yield f"[line {statement.line}] qubit {place} does not exist in the device topology"
    if edges and len(places) == 2:
        first, second = places
        if second not in edges.get(first, ()) and first not in edges.get(second, ()):
            yield f"[line {statement.line}] has disconnected qubits {first} and {second}"


def _partly_verbatim(read: Sequence[Statement], offer: Capabilities) -> Iterator[str]:
    if offer.get("supportsPartialVerbatimBox") is not False:
        return
    gates = [statement for statement in read if call_of(statement) is not None]
    outside = [statement for statement in gates if "verbatim" not in statement.blocks]
    if outside and len(outside) < len(gates):
        line = outside[0].line
        yield f"[line {line}] uses a gate outside of the verbatim box. Partial verbatim boxes are not supported"
