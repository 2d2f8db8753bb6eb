"""JAQCD, Braket's first own form of circuits, in OpenQASM: devices take no other form any more."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from reconciler.core.qasm.names import BRAKET
from reconciler.core.qasm.problem import Problem
from reconciler.core.qasm.syntax import Span
from reconciler.core.qasm.translate import Translation

NAME = "braket.ir.jaqcd.program"
_MOST_QUBITS = 10_000
_NOISE = {
    "bit_flip": ("probability",),
    "phase_flip": ("probability",),
    "depolarizing": ("probability",),
    "two_qubit_depolarizing": ("probability",),
    "two_qubit_dephasing": ("probability",),
    "amplitude_damping": ("gamma",),
    "phase_damping": ("gamma",),
    "generalized_amplitude_damping": ("gamma", "probability"),
    "pauli_channel": ("probX", "probY", "probZ"),
}
_RESULTS = {"statevector": "state_vector", "densitymatrix": "density_matrix", "probability": "probability"}
_OBSERVED = frozenset({"expectation", "variance", "sample"})


class _OddError(ValueError):
    """What this part of the program has no counterpart for, as a sentence."""


@lru_cache(maxsize=256)
def from_jaqcd(text: str) -> Translation | None:
    """The program in OpenQASM, an instruction a line; None for a text that is no JAQCD. Never raises."""
    if NAME not in text:
        return None
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    header = document.get("braketSchemaHeader") if isinstance(document, dict) else None
    if not isinstance(header, dict) or header.get("name") != NAME:
        return None
    return _translated(text, document)


def _translated(text: str, document: Mapping[str, Any]) -> Translation:
    lines: list[str] = []
    problems: list[Problem] = []
    instructions = _listed(document.get("instructions"))
    results = _listed(document.get("results"))
    if not results:  # with results they only repeat what the observables say
        instructions = [*instructions, *_listed(document.get("basis_rotation_instructions"))]
    physical = any(_type(item) == "start_verbatim_box" for item in instructions)
    for part, items, write in (("instructions", instructions, _instruction), ("results", results, _result)):
        for number, item in enumerate(items):
            try:
                lines.extend(write(item, "$" if physical else "q"))
            except _OddError as odd:
                problems.append(Problem(str(odd), "Write the program in OpenQASM.", _place(text, part, number)))
    highest = max((qubit for item in [*instructions, *results] for qubit in _qubits(item)), default=-1)
    if not problems and not 0 <= highest < _MOST_QUBITS:
        reason = f"The program needs {highest + 1:,} qubits." if highest > 0 else "The program has no instruction."
        problems.append(Problem(reason, "Name the qubits from 0 on.", _place(text, "instructions", 0)))
    if problems:
        return Translation(text, tuple(problems))
    head = ["OPENQASM 3.0;", *([] if physical else [f"qubit[{highest + 1}] q;"])]
    return Translation("\n".join([*head, *lines, ""]))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _type(item: Any) -> str:
    kind = item.get("type") if isinstance(item, dict) else None
    return kind if isinstance(kind, str) else ""


def _qubits(item: Any) -> list[int]:
    """Controls, then targets."""
    if not isinstance(item, dict):
        return []
    values = [item.get(name) for name in ("control", "target")]
    lists = _listed(item.get("controls")), _listed(item.get("targets"))
    ordered = [values[0], *lists[0], values[1], *lists[1]]
    return [value for value in ordered if isinstance(value, int) and not isinstance(value, bool)]


def _operands(item: Any, register: str) -> str:
    qubits = _qubits(item)
    if any(qubit < 0 for qubit in qubits):
        raise _OddError("Qubits are counted from 0.")
    return ", ".join(f"${qubit}" if register == "$" else f"q[{qubit}]" for qubit in qubits)


def _instruction(item: Any, register: str) -> Iterator[str]:
    kind, operands = _type(item), _operands(item, register)
    if kind == "start_verbatim_box":
        yield "#pragma braket verbatim\nbox {"
    elif kind == "end_verbatim_box":
        yield "}"
    elif kind == "unitary":
        yield f"#pragma braket unitary({_matrix(item.get('matrix'))}) {operands}"
    elif kind == "kraus":
        matrices = ", ".join(_matrix(matrix) for matrix in _listed(item.get("matrices")))
        yield f"#pragma braket noise kraus({matrices}) {operands}"
    elif kind in _NOISE:
        values = ", ".join(_number(item.get(name)) for name in _NOISE[kind])
        yield f"#pragma braket noise {kind}({values}) {operands}"
    else:
        yield _gate(kind, item, operands)


def _gate(kind: str, item: Mapping[str, Any], operands: str) -> str:
    if kind not in BRAKET or kind in ("U", "gphase"):
        raise _OddError(f"OpenQASM on Braket has no instruction `{kind[:40]}`.")
    values, qubits = BRAKET[kind]
    if len(_qubits(item)) != qubits:
        raise _OddError(f"`{kind}` is a gate of {qubits} qubits; here are {len(_qubits(item))}.")
    if values > 1:
        raise _OddError(f"JAQCD has no gate `{kind}`.")
    return f"{kind}({_number(item.get('angle'))}) {operands};" if values else f"{kind} {operands};"


def _result(item: Any, register: str) -> Iterator[str]:
    kind, operands = _type(item), _operands(item, register)
    if kind in _RESULTS:
        yield f"#pragma braket result {_RESULTS[kind]} {operands}".rstrip()
    elif kind == "amplitude":
        states = _listed(item.get("states"))
        if not all(isinstance(state, str) and state and not state.strip("01") for state in states) or not states:
            raise _OddError("The states of an amplitude are texts of 0 and 1.")
        quoted = ", ".join(f'"{state}"' for state in states)
        yield f"#pragma braket result amplitude {quoted}"
    elif kind in _OBSERVED:
        yield f"#pragma braket result {kind} {_observable(item, register)}"
    else:
        raise _OddError(f"OpenQASM on Braket has no result `{kind[:40]}` of this form.")


def _observable(item: Mapping[str, Any], register: str) -> str:
    """`x(q[0]) @ hermitian([[…]]) q[1]`; a single one without targets is of all qubits."""
    factors = _listed(item.get("observable"))
    qubits = _operands(item, register).split(", ") if _qubits(item) else []
    if len(factors) == 1 and not qubits and isinstance(factors[0], str):
        return f"{_named(factors[0])} all"
    written: list[str] = []
    for factor in factors:
        count = 1 if isinstance(factor, str) else max(1, len(_listed(factor)).bit_length() - 1)
        own, qubits = qubits[:count], qubits[count:]
        if len(own) < count:
            raise _OddError("The observable has fewer targets than factors.")
        matrix = "" if isinstance(factor, str) else f"hermitian({_matrix(factor)}) {', '.join(own)}"
        written.append(matrix or f"{_named(str(factor))}({own[0]})")
    if qubits or not written:
        raise _OddError("The observable has more targets than factors.")
    return " @ ".join(written)


def _named(factor: str) -> str:
    if factor not in ("x", "y", "z", "i", "h"):
        raise _OddError(f"Braket has no observable `{factor[:40]}`.")
    return factor


def _number(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _OddError("A number is missing, or it is none.")
    return repr(float(value))


def _matrix(value: Any) -> str:
    """Rows of numbers with their imaginary parts, which JAQCD writes as pairs."""
    rows = [_listed(row) for row in _listed(value)]
    if not rows or any(len(row) != len(rows) for row in rows):
        raise _OddError("The matrix is not square.")
    written = [f"[{', '.join(map(_complex, row))}]" for row in rows]
    return f"[{', '.join(written)}]"


def _complex(pair: Any) -> str:
    if not isinstance(pair, list) or len(pair) != 2:
        raise _OddError("A number of a matrix is a pair: the real part, the imaginary one.")
    real, imaginary = _number(pair[0]), _number(pair[1])
    sign = "" if imaginary.startswith("-") else "+"
    return f"{real}{sign}{imaginary}im"


def _place(text: str, part: str, number: int) -> Span:
    """Where the nth item of a list stands, by reading along; the list's own name if that can't be told."""
    named = text.find(f'"{part}"')
    start = text.find("[", named)
    if named < 0 or start < 0:
        return Span(0, 1)
    decoder, at = json.JSONDecoder(), start + 1
    try:
        for left in range(number, -1, -1):
            at += len(text[at : at + 1000]) - len(text[at : at + 1000].lstrip(" \t\r\n,"))
            _, end = decoder.raw_decode(text, at)
            if left == 0:
                return Span(at, end)
            at = end
    except (ValueError, RecursionError):
        pass
    return Span(named, named + len(part) + 2)
