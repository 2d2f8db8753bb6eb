"""Verbatim boxes and physical qubits: native gates only, on qubits that there are and that are connected."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconciler.core.qasm.syntax import Box, GateCall, Operand, Span
from reconciler.providers.braket.program_facts import Facts
from reconciler.providers.braket.program_walk import Code, Problem


def check_verbatim(code: Code, facts: Facts) -> Iterator[Problem]:
    """QPUs only: simulators have neither native gates nor places."""
    if not facts.qpu:
        return
    calls = code.gates
    boxed = [(call, box) for call, box in calls if box is not None and box.verbatim]
    for call, _ in boxed:
        yield from _native(call, facts)
    for call, _ in calls:
        yield from _places(call, facts)
    yield from _partial(calls, boxed, facts)


def _native(call: GateCall, facts: Facts) -> Iterator[Problem]:
    native = facts.native
    if native is not None and call.name not in native:
        detail = (
            f"In a verbatim box {facts.device} takes its native gates only, {_list(native)}; {call.name[:40]} is none."
        )
        yield Problem("device/native-gate", detail, "Write it with native gates, or outside of a box.", call.name_span)
    virtual = [operand for operand in call.operands if not operand.name.startswith("$")]
    if virtual:
        detail = f"In a verbatim box qubits are physical, such as $0; {_written(virtual[0])} is one of a register."
        yield Problem("device/verbatim-qubits", detail, "Name the device's own qubits.", virtual[0].span)


def _written(operand: Operand) -> str:
    return f"{operand.name}[{operand.index}]"[:40] if operand.index else operand.name[:40]


def _places(call: GateCall, facts: Facts) -> Iterator[Problem]:
    places = [operand for operand in call.operands if operand.name.startswith("$")]
    for operand in places:
        if facts.places is not None and operand.name[1:] not in facts.places:
            working = f"{len(facts.places)} of {facts.qubits}" if facts.qubits else str(len(facts.places))
            detail = (
                f"{facts.device} has no working qubit {operand.name[1:][:20]}; {working} work: {_list(facts.places)}."
            )
            yield Problem("device/no-such-qubit", detail, "Choose one of those.", operand.span)
            return
    if len(places) != 2 or len(call.operands) != 2 or facts.edges is None:
        return
    pair = frozenset(operand.name[1:] for operand in places)
    if pair in facts.edges:
        return
    first = places[0].name[1:]
    beside = {place for edge in facts.edges if first in edge for place in edge - {first}}
    apart = f"the qubits {first} and {places[1].name[1:]} are not connected"
    detail = f"On {facts.device} {apart}; {first} is beside {_list(beside)}."
    span = Span(places[0].span.start, places[1].span.end)
    yield Problem("device/not-connected", detail, "Use connected qubits, or swap step by step.", span)


def _partial(calls: Sequence[tuple[GateCall, Box | None]], boxed: Sequence[object], facts: Facts) -> Iterator[Problem]:
    outside = [call for call, box in calls if box is None]
    if facts.partial is not False or not boxed or not outside:
        return
    detail = f"{facts.device} takes a program that is verbatim as a whole; this gate stands beside the box."
    yield Problem("device/partial-verbatim", detail, "Move it into the box, or take the box away.", outside[0].span)


def _list(names: frozenset[str] | set[str]) -> str:
    ordered = sorted(names, key=lambda name: (not name.isdecimal(), int(name) if name.isdecimal() else 0, name))
    return (
        ", ".join(ordered[:24]) + (f" and {len(ordered) - 24} more" if len(ordered) > 24 else "") if ordered else "none"
    )
