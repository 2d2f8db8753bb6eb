"""Registers, counts and sorts of qubits, and which of them are measured."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.core.qasm.syntax import GateCall, Measure, Register, Span
from reconciler.providers.braket.program_facts import Facts
from reconciler.providers.braket.program_walk import Code, Problem, Qubits

_START = Span(0, 1)


def check_registers(code: Code, facts: Facts) -> Iterator[Problem]:
    """The program as a whole."""
    qubits = code.qubits
    yield from _registers("qubit", qubits.registers, facts.qubit_registers, facts)
    yield from _registers("classical", qubits.bits, facts.bit_registers, facts)
    yield from _count(code, qubits, facts)
    yield from _sorts(code, facts)
    if facts.qpu:
        yield from _again(code, qubits)
    yield from _gaps(code, qubits, facts)
    yield from _unmeasured(code, qubits, facts)
    yield from _single(code, qubits)


def _registers(noun: str, declared: tuple[Register, ...], most: int | None, facts: Facts) -> Iterator[Problem]:
    if most is None or len(declared) <= most:
        return
    some = f"{most} {noun} register{'' if most == 1 else 's'}"
    detail = f"{facts.device} takes {some} a program, found {len(declared)}: Braket would refuse it."
    yield Problem("device/registers", detail, "Put them into one register.", declared[most].span)


def _count(code: Code, qubits: Qubits, facts: Facts) -> Iterator[Problem]:
    physical = {operand.name: operand for operand in code.used if operand.name.startswith("$")}
    count = qubits.declared if qubits.registers else len(physical)
    if facts.qubits is None or count is None or count <= facts.qubits:
        return
    span = max(qubits.registers, key=_size).span if qubits.registers else next(iter(physical.values())).span
    detail = f"{facts.device} has {facts.qubits:,} qubits, and the program uses {count:,}."
    yield Problem("device/qubits", detail, "Use fewer qubits, or choose a wider device of `qctl devices`.", span)


def _size(register: Register) -> int:
    return int(register.size) if register.size.isdecimal() else 1


def _sorts(code: Code, facts: Facts) -> Iterator[Problem]:
    operands = code.used
    physical = [operand for operand in operands if operand.name.startswith("$")]
    virtual = [operand for operand in operands if not operand.name.startswith("$")]
    if physical and facts.physical is False:
        detail = f"{facts.device} takes no physical qubits such as {physical[0].name}; it places the qubits itself."
        yield Problem("device/physical-qubits", detail, "Declare a register: qubit[2] q;", physical[0].span)
    if facts.qpu and physical and virtual:
        odd = max(physical[0], virtual[0], key=lambda operand: operand.span.start)
        detail = (
            "The program uses physical qubits such as $0 and qubits of a register: Braket takes one sort in a program."
        )
        yield Problem("device/mixed-qubits", detail, "Use only one of the two.", odd.span)


def _again(code: Code, qubits: Qubits) -> Iterator[Problem]:
    """A gate on a qubit that was measured: reported once for each qubit."""
    measured: set[str] = set()
    for seen in code.seen:
        statement = seen.statement
        if isinstance(statement, GateCall):
            for operand in statement.operands:
                again = (qubits.named(operand) or frozenset()) & measured
                if again:
                    detail = f"{min(again)} was measured before: a QPU can do nothing more with it."
                    yield Problem("device/measured-again", detail, "Measure at the end of the program.", operand.span)
                    measured -= again
        if isinstance(statement, Measure):
            measured |= qubits.all_of(statement.operands) or frozenset()


def _gaps(code: Code, qubits: Qubits, facts: Facts) -> Iterator[Problem]:
    touched = qubits.all_of(code.used)
    if not facts.contiguous or touched is None:
        return
    for register in qubits.registers:
        size = qubits.sizes[register.name] or 0
        unused = [f"{register.name}[{n}]" for n in range(max(size, 0)) if f"{register.name}[{n}]" not in touched]
        if unused:
            shown = ", ".join(unused[:5]) + (f" and {len(unused) - 5} more" if len(unused) > 5 else "")
            detail = f"{facts.device} takes registers without gaps, and nothing is done to {shown}."
            yield Problem("device/unused-qubits", detail, "Declare only the qubits that are used.", register.span)


def _unmeasured(code: Code, qubits: Qubits, facts: Facts) -> Iterator[Problem]:
    found = code.measures
    touched = qubits.all_of(code.used)
    measured = qubits.all_of(operand for measure in found for operand in measure.operands)
    if not facts.all_measured or not found or touched is None or measured is None or touched <= measured:
        return
    left = sorted(touched - measured)
    detail = f"{facts.device} measures all qubits of a program, and {', '.join(left[:5])} is not measured."
    yield Problem("device/unmeasured", detail, "Measure every qubit that is used.", found[-1].span)


def _single(code: Code, qubits: Qubits) -> Iterator[Problem]:
    for operand in code.used:
        if operand.index and qubits.sizes.get(operand.name, 0) is None:
            detail = f"{operand.name} is a single qubit, which has no elements: Braket refuses an index on it."
            yield Problem("device/single-qubit", detail, f"Write {operand.name}, or declare qubit[1].", operand.span)
            return
