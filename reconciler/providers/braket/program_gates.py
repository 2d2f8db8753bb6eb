"""Gates, their modifiers, and what of OpenQASM no cloud device runs."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from reconciler.core.diagnostic import Severity
from reconciler.core.qasm.syntax import Barrier, Box, GateCall, GateDefinition, Input, Other, Reset, Statement
from reconciler.providers.braket.program_facts import Facts
from reconciler.providers.braket.program_walk import Code, Problem

_GUIDE = "Braket's guide lists it among the features of the LocalSimulator alone"
# Braket's names of gates that other people call otherwise.
_KNOWN_AS = {
    "cx": "cnot",
    "ccx": "ccnot",
    "sdg": "si",
    "tdg": "ti",
    "sx": "v",
    "sxdg": "vi",
    "p": "phaseshift",
    "u1": "phaseshift",
    "cp": "cphaseshift",
    "cu1": "cphaseshift",
    "id": "i",
    "rxx": "xx",
    "ryy": "yy",
    "rzz": "zz",
    "toffoli": "ccnot",
    "fredkin": "cswap",
}
_BLOCKS = {
    "if": "A branch",
    "else": "A branch",
    "switch": "A branch",
    "for": "A loop",
    "while": "A loop",
    "def": "A subroutine",
    "return": "A subroutine",
    "extern": "A subroutine",
    "let": "An alias",
    **dict.fromkeys(
        ("const", "int", "uint", "float", "bool", "angle", "complex", "array", "duration"), "A classical variable"
    ),
}


def check_gates(code: Code, facts: Facts) -> Iterator[Problem]:
    """Each statement by itself."""
    own = code.defined
    for seen in code.seen:
        statement = seen.statement
        if isinstance(statement, GateCall):
            yield from _modifiers(statement, facts)
            if seen.box is None or not seen.box.verbatim:
                yield from _gate(statement, facts, own)
        elif isinstance(statement, Barrier):
            yield from _barrier(statement, facts)
        else:
            yield from _feature(statement, facts)


def _gate(call: GateCall, facts: Facts, own: frozenset[str]) -> Iterator[Problem]:
    taken = facts.operations
    if taken is None or call.name in taken or call.name in own or (call.name == "gphase" and not facts.qpu):
        return
    other = _KNOWN_AS.get(call.name, "")
    close = [other] if other in taken else get_close_matches(call.name, sorted(taken), 1)
    remedy = (
        f"Write {close[0]}, which it has." if close else "Write it with gates that it has: `qctl devices` names them."
    )
    detail = f"{facts.device} has no gate {call.name[:40]}, and the program does not define it: Braket would refuse it."
    yield Problem("device/gate", detail, remedy, call.name_span)


def _modifiers(call: GateCall, facts: Facts) -> Iterator[Problem]:
    taken = facts.modifiers
    for modifier in call.modifiers:
        word = modifier.partition("(")[0].strip()
        if taken is None or word in taken:
            continue
        allowed = f"takes {', '.join(sorted(taken))} only" if taken else "takes no modifiers of gates"
        detail = f"{facts.device} {allowed}; this gate has {word}: Braket would refuse the program."
        remedy = "Write the gate without it, such as cnot for ctrl @ x and si for inv @ s."
        yield Problem("device/modifier", detail, remedy, call.span)


def _barrier(barrier: Barrier, facts: Facts) -> Iterator[Problem]:
    if facts.operations is None or "barrier" in facts.operations:
        return
    severity = Severity.ERROR if facts.qpu else Severity.WARNING
    refuses = "Braket would refuse the program" if facts.qpu else "Braket has refused such programs"
    detail = f"{facts.device} does not name barrier among its operations: {refuses}."
    yield Problem("device/barrier", detail, "Take the barrier away.", barrier.span, severity)


def _feature(statement: Statement, facts: Facts) -> Iterator[Problem]:
    what, span = "", statement.span
    if isinstance(statement, GateDefinition):
        what, span = f"The definition of a gate ({statement.name[:40]})", statement.name_span
    elif isinstance(statement, Reset):
        what = "A reset"
    elif isinstance(statement, Other) and statement.word in _BLOCKS:
        what = f"{_BLOCKS[statement.word]} ({statement.word})"
    elif isinstance(statement, Box) and not statement.verbatim and facts.qpu:
        detail = f"{facts.device} takes boxes only after the line `#pragma braket verbatim`."
        yield Problem("device/box", detail, "Write that line before the box, or take the box away.", span)
    if not what or isinstance(statement, Input):
        return
    if facts.qpu:
        detail = f"{what} runs on no QPU: {_GUIDE}, so {facts.device} would refuse the program."
        yield Problem("device/feature", detail, "Write the gates out, or run it on a simulator.", span)
        return
    detail = f"{what} may not run on {facts.device}: {_GUIDE}."
    yield Problem("device/feature", detail, "Write the gates out if it is refused.", span, Severity.WARNING)
