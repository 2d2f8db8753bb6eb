"""Result types: whether the device has them, with which observables, for how many shots, and on how many qubits."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reconciler.core.qasm.syntax import Operand, Pragma, Span
from reconciler.providers.braket.program_facts import Facts, ResultFact, plain
from reconciler.providers.braket.program_walk import Code, Problem

_OBSERVABLE = re.compile(r"\b([a-z]+)\s*\(")
_OPERAND = re.compile(r"(\$?\w+)(?:\[([^\]]*)\])?")
_MOST_PROBABILITIES = 15  # of qubits (openqaoa#324)


def check_results(code: Code, facts: Facts, shots: int) -> Iterator[Problem]:
    """With `shots` of one run; with none, something exact must be asked for."""
    asked = [(pragma, words) for pragma, words in _pragmas(code) if words[:2] == ["braket", "result"]]
    if not asked:
        if shots == 0 and facts.results is not None:
            yield _no_shots(code, facts)
        return
    yield from _measured(code)
    for pragma, words in asked:
        name = words[2] if len(words) > 2 else ""
        fact = None if facts.results is None else facts.results.get(plain(name))
        if facts.results is not None and fact is None:
            detail = f"{facts.device} has no result type {name[:40]}; it has {_names(facts, exact=False)}."
            yield Problem("device/result-type", detail, "Ask for one of those, or choose a simulator.", pragma.span)
        elif fact is not None:
            yield from _shots(pragma, name, fact, facts, shots)
            yield from _observables(pragma, name, fact, facts)
        if plain(name) == "probability":
            yield from _probability(code, pragma, words)


def _pragmas(code: Code) -> Iterator[tuple[Pragma, list[str]]]:
    for seen in code.seen:
        if isinstance(seen.statement, Pragma):
            yield seen.statement, seen.statement.text.split()


def _no_shots(code: Code, facts: Facts) -> Problem:
    detail = (
        f"With 0 shots nothing is measured: the program must ask for an exact result, of {_names(facts, exact=True)}."
    )
    remedy = "Add a line such as `#pragma braket result state_vector`, or ask for shots."
    last = code.program.statements[-1].span if code.program.statements else Span(0, 1)
    return Problem("device/exact-shots", detail, remedy, last)


def _measured(code: Code) -> Iterator[Problem]:
    found = code.measures
    if found:
        detail = "A program that asks for result types must not measure by itself: Braket refuses both together."
        yield Problem(
            "device/measured-results", detail, "Take the measurement away, or the result types.", found[0].span
        )


def _shots(pragma: Pragma, name: str, fact: ResultFact, facts: Facts, shots: int) -> Iterator[Problem]:
    low, high = fact.least or 0, fact.most
    if shots >= low and (high is None or shots <= high):
        return
    if high == 0:
        allowed, remedy = "for 0 shots only", "Set shots: 0, or ask for probability."
    else:
        allowed, remedy = f"for {low:,} shots and more", f"Ask for at least {low:,} shots."
        if high is not None:
            allowed, remedy = f"for {low:,} to {high:,} shots", f"Choose from {low:,} to {high:,} shots."
    detail = f"{facts.device} has the result type {name[:40]} {allowed}, found {shots:,}."
    yield Problem("device/result-shots", detail, remedy, pragma.span)


def _observables(pragma: Pragma, name: str, fact: ResultFact, facts: Facts) -> Iterator[Problem]:
    for observable in _OBSERVABLE.findall(pragma.text):
        if fact.observables is not None and observable not in fact.observables:
            taken = ", ".join(sorted(fact.observables)) or "none"
            detail = f"{facts.device} has no observable {observable[:40]} for {name[:40]}; it has {taken}."
            yield Problem("device/observable", detail, "Measure one of those.", pragma.span)
            return


def _probability(code: Code, pragma: Pragma, words: list[str]) -> Iterator[Problem]:
    qubits = code.qubits
    text = " ".join(words[3:])
    named = [Operand(n, i, pragma.span) for n, i in _OPERAND.findall(text) if n != "all"]
    whole = [*code.used, *(Operand(name, "", pragma.span) for name in qubits.sizes)]
    found = qubits.all_of(named or whole)
    if found is not None and len(found) > _MOST_PROBABILITIES:
        detail = f"The result type probability is for {_MOST_PROBABILITIES} qubits at most, found {len(found)}."
        yield Problem("device/probability-qubits", detail, "Name fewer qubits, or take the counts.", pragma.span)


def _names(facts: Facts, *, exact: bool) -> str:
    found = [fact.name for fact in (facts.results or {}).values() if not exact or fact.least == 0]
    return ", ".join(sorted(found)) or "none"
