"""What was expected of runs, and what came of trying them: what failed and what is not known is told."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from reconciler.core.address import Address
from reconciler.core.change import Change
from reconciler.core.declared import Declared
from reconciler.core.diagnostic import Diagnostic, Location, Severity
from reconciler.core.simulation import ASSERTIONS, SIMULATE, Expectation, Simulation, Verdict, simulation_values
from reconciler.policy.cel import Expression, Problem, compile_expression
from reconciler.workflow.session import Session
from reconciler.workflow.trials import simulations

_NAMES = frozenset({"sim"})
_FIELDS = frozenset(f"sim.{name}" for name in simulation_values(Simulation("", "", 0, 0)))
# What an assertion looked at: sim.fidelity, sim.probabilities['000'], sim.counts["11"].
_READ = re.compile(r"""\bsim\.[a-z]+(?:\[(?:'[^'\\]*'|"[^"\\]*")\])?""")
_MOST_SEEN = 4
_MOST_TOLD = 3  # points of one sweep that are told of one by one
_TOP = 4


def assertion_problems(declared: Sequence[Declared]) -> list[Diagnostic]:
    """What can't be read in their assertions, each at its line; a sweep's are told once."""
    found: dict[tuple[Address, int], Diagnostic] = {}
    for one in declared:
        expect = getattr(one.spec, "expect", None)
        for at, text in enumerate(expect.assertions if expect else ()):
            problem = _unreadable(text)
            if problem is not None and (one.address.base, at) not in found:
                found[one.address.base, at] = _syntax(one, at, text, problem)
    return list(found.values())


def _unreadable(text: str) -> Problem | None:
    read = compile_expression(text, _NAMES)
    if isinstance(read, Problem):
        return read
    fields = (path for path in read.paths if path.count(".") == 1)
    unknown = next((path for path in fields if path not in _FIELDS), None)
    if unknown is None:
        return None
    names = ", ".join(sorted(_FIELDS))
    return replace(read.paths[unknown], sentence=f"There is no {unknown}; there are {names}.")


def _syntax(declared: Declared, at: int, text: str, problem: Problem) -> Diagnostic:
    detail = f"The assertion {text!r} can't be read, at its character {problem.offset + 1}: {problem.sentence}"
    remedy = "Write an expression such as: sim.probabilities['000'] > 0.4"
    where = declared.locate((*ASSERTIONS, at))
    return Diagnostic("expect/syntax", "Assertion not readable", detail, remedy, where, str(declared.address.base))


def tried(
    session: Session, changes: Sequence[Change], declared: Sequence[Declared]
) -> tuple[list[Change], list[Diagnostic], list[str]]:
    """The changes with what their runs came to on this machine, what is wrong with it, and a note for people.

    Raises CloudUnavailable.
    """
    problems = assertion_problems(declared)
    if problems:  # nobody waits for simulations of what can't be judged
        return list(changes), problems, []
    found = simulations(session, changes)
    if not found:
        return list(changes), [], []
    by_address = {d.address: d for d in declared}
    expected = {op.resource.address: op.resource.expect for c in changes for op in c.operations if op.resource}
    judged = {address: tuple(_judged(each, expected[address]) for each in made) for address, made in found.items()}
    more = [replace(c, simulations=judged[c.address]) if c.address in judged else c for c in changes]
    told = _Told({a: by_address[a] for a in judged}, judged, {a: e for a, e in expected.items() if e})
    return more, [*told.failures(), *told.verdicts()], [_note([s for made in judged.values() for s in made])]


def _judged(simulation: Simulation, expected: Expectation | None) -> Simulation:
    if expected is None or simulation.failure:
        return simulation
    return replace(simulation, verdicts=tuple(_verdict(text, simulation) for text in expected.assertions))


def _verdict(text: str, simulation: Simulation) -> Verdict:
    expression = compile_expression(text, _NAMES)
    if isinstance(expression, Problem):  # told before; never taken for passed
        return Verdict(text, False, expression.sentence)
    values = {"sim": simulation_values(simulation)}
    value = expression.evaluate(values)
    if value is True:
        return Verdict(text, True)
    if isinstance(value, Problem):
        return Verdict(text, False, value.sentence)
    seen = _seen(text, values, simulation)
    return Verdict(text, False, seen if value is False else f"It is neither true nor false. {seen}")


def _seen(text: str, values: Mapping[str, object], simulation: Simulation) -> str:
    """The values that it read, in words."""
    parts = []
    for read in dict.fromkeys(_READ.findall(text)):
        expression = compile_expression(read, _NAMES)
        value = expression.evaluate(values) if isinstance(expression, Expression) else None
        if isinstance(value, int | float | str):
            parts.append(f"{read} is {value:g}" if isinstance(value, float) else f"{read} is {value}")
    if parts:
        return ", ".join(parts[:_MOST_SEEN]) + "."
    top = ", ".join(f"{outcome} {count / simulation.shots:g}" for outcome, count in simulation.top(_TOP))
    return f"Most frequent: {top}."


class _Told:
    """Findings about what was tried, of sweeps only a few."""

    def __init__(
        self,
        declared: Mapping[Address, Declared],
        made: Mapping[Address, Sequence[Simulation]],
        expected: Mapping[Address, Expectation],
    ) -> None:
        self._declared, self._made, self._expected = declared, made, expected

    def failures(self) -> Iterator[Diagnostic]:
        """What was not simulated; of many for the same reason, one says so."""
        groups: dict[tuple[Address, str], list[tuple[Address, Simulation]]] = {}
        for address, made in self._made.items():
            for simulation in made:
                if simulation.failure:
                    groups.setdefault((address.base, simulation.failure), []).append((address, simulation))
        for (_, reason), group in groups.items():
            yield self._failure(reason, group)

    def _failure(self, reason: str, group: Sequence[tuple[Address, Simulation]]) -> Diagnostic:
        address, first = group[0]
        expected = self._expected[address]
        others = f" and {len(group) - 1} more of it" if len(group) > 1 else ""
        verb = "were" if others else "was"
        detail = f"{_name(address, first)}{others} {verb} not simulated, because: {reason}"
        where = self._where(address, SIMULATE if expected.settings and expected.stated else ("expect",))
        if not expected.assertions:
            remedy = "Mend it, or say simulate: false."
            return _not_simulated(detail, remedy, where, address, Severity.WARNING)
        detail = f"{detail} Nobody knows whether its assertions hold, so it can't be applied."
        return _not_simulated(detail, "Mend it, or take the assertions away.", where, address)

    def verdicts(self) -> Iterator[Diagnostic]:
        """The assertions that do not hold."""
        count: dict[tuple[Address, str], int] = {}
        for address, made in self._made.items():
            for simulation in made:
                for at, verdict in enumerate(simulation.verdicts):
                    if verdict.passed:
                        continue
                    group = (address.base, verdict.assertion)
                    count[group] = count.get(group, 0) + 1
                    if count[group] <= _MOST_TOLD:
                        yield self._failed(address, simulation, at)
        for (base, assertion), number in count.items():
            if number > _MOST_TOLD:
                detail = f"{number - _MOST_TOLD} more runs of {base} do not hold {assertion!r}."
                yield Diagnostic("expect/failed", "Assertion failed", detail, "See plan --json.", address=str(base))

    def _failed(self, address: Address, simulation: Simulation, at: int) -> Diagnostic:
        verdict = simulation.verdicts[at]
        detail = f"{_name(address, simulation)} does not hold {verdict.assertion!r}: {verdict.seen}"
        remedy = "Mend the program, or the assertion; nothing of this plan can be applied as it is."
        where = self._where(address, (*ASSERTIONS, at))
        return Diagnostic("expect/failed", "Assertion failed", detail, remedy, where, str(address))

    def _where(self, address: Address, path: tuple[str | int, ...]) -> Location:
        return self._declared[address].locate(path)


def _not_simulated(
    detail: str, remedy: str, where: Location, address: Address, severity: Severity = Severity.ERROR
) -> Diagnostic:
    return Diagnostic("expect/not-simulated", "Not simulated", detail, remedy, where, str(address), severity)


def _name(address: Address, simulation: Simulation) -> str:
    return f"Job {simulation.label} of {address}" if simulation.label else str(address)


def _note(made: Sequence[Simulation]) -> str:
    done = sum(s.done for s in made)
    cached = sum(s.cached for s in made)
    runs = f"{done:,} run{'' if done == 1 else 's'}"
    from_cache = "" if not cached else " (all from cache)" if cached == done else f" ({cached:,} from cache)"
    left = len(made) - done
    return f"Simulated: {runs}{from_cache}{f', {left:,} not' if left else ''}."
