"""Pragmas: noise, unitaries and the word before a verbatim box."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.core.qasm.syntax import Pragma
from reconciler.providers.braket.program_facts import Facts
from reconciler.providers.braket.program_walk import Code, Problem


def check_pragmas(code: Code, facts: Facts) -> Iterator[Problem]:
    """All but result types, which have checks of their own."""
    for seen in code.seen:
        if isinstance(seen.statement, Pragma):
            yield from _check(seen.statement, facts)


def _check(pragma: Pragma, facts: Facts) -> Iterator[Problem]:
    words = pragma.text.split()
    if words == ["verbatim"]:
        detail = "A pragma of Braket begins with braket; without it, the box below is no verbatim box."
        yield Problem("device/pragma", detail, "Write `#pragma braket verbatim`.", pragma.span)
        return
    if words[:1] != ["braket"] or words[1:2] == ["result"] or len(words) < 2:
        return
    name = _name(words[1:])
    refused = name in facts.forbidden or (facts.pragmas is not None and name not in facts.pragmas)
    if not refused:
        return
    taken = sorted(name for name in facts.pragmas or () if not name.startswith("braket_result_type_"))
    offers = f"besides result types it takes {', '.join(taken)}" if taken else "it takes result types only"
    detail = f"{facts.device} does not take the pragma `{pragma.text[:60]}`; {offers}."
    remedy = (
        "Noise is for the simulator DM1."
        if name.startswith("braket_noise_")
        else "Take it away, or choose another device."
    )
    yield Problem("device/pragma", detail, remedy, pragma.span)


def _name(words: list[str]) -> str:
    """As capabilities name it: braket_noise_bit_flip, braket_unitary_matrix, verbatim."""
    first = words[0].partition("(")[0]
    if first == "noise":
        return "braket_noise_" + "".join(words[1:2]).partition("(")[0]
    return "braket_unitary_matrix" if first == "unitary" else first
