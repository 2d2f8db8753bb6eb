"""A plan before its policies: what they refuse and what they warn of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from reconciler.core.diagnostic import Diagnostic, Location, Severity
from reconciler.core.policy import Level, Rule, Scope
from reconciler.policy.cel import Expression, Problem
from reconciler.policy.reading import Ready, message
from reconciler.policy.view import View

Places = Callable[[str], Location | None]
"""Where the resource with this address is declared."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A rule that does not hold, for one change or for the plan. `why` is set if it could not be evaluated."""

    ready: Ready
    at: int  # which of its rules
    text: str
    address: str = ""
    why: str = ""

    @property
    def rule(self) -> Rule:
        """The rule that does not hold."""
        return self.ready.policy.rules[self.at]


@dataclass(frozen=True, slots=True)
class Judged:
    """`asked` counts the rules that had something to say, so that nothing passes unseen for kept."""

    broken: tuple[Verdict, ...]
    asked: int


def judge(ready: Ready, plan: View) -> Judged:
    """Ask every rule of a policy about a plan."""
    ruled = [judge_rule(ready, at, plan) for at in range(len(ready.rules))]
    return Judged(tuple(verdict for one in ruled for verdict in one.broken), sum(one.asked for one in ruled))


def judge_rule(ready: Ready, at: int, plan: View) -> Judged:
    """Ask one rule of a policy about a plan."""
    broken: list[Verdict] = []
    asked = 0
    for values in _subjects(ready, ready.policy.rules[at], plan):
        asked += 1
        verdict = _verdict(ready, at, ready.rules[at], values)
        if verdict is not None:
            broken.append(verdict)
    return Judged(tuple(broken), asked)


def _subjects(ready: Ready, rule: Rule, plan: View) -> Iterator[dict[str, Any]]:
    """What a rule is asked about. A match that can't be evaluated matches: then the rule decides, or fails as well."""
    if rule.scope is Scope.PLAN:
        yield {"plan": plan}
        return
    for change in plan["changes"]:
        values = {"plan": plan, "change": change}
        if change["pays"] if ready.match is None else ready.match.evaluate(values) is not False:
            yield values


def _verdict(ready: Ready, at: int, expression: Expression, values: dict[str, Any]) -> Verdict | None:
    result = expression.evaluate(values)
    if result is True:
        return None
    address = values["change"]["address"] if "change" in values else ""
    why = ""
    if isinstance(result, Problem):
        why = f"It could not be evaluated: {result.sentence}"
    elif result is not False:
        why = "It came to neither true nor false."
    return Verdict(ready, at, message(ready.policy.rules[at], values), address, why)


def findings(policies: Sequence[Ready], plan: View, place_of: Places) -> Iterator[Diagnostic]:
    """The same as diagnostics. One that could not be evaluated is one that does not hold: unknown is not allowed."""
    for ready in policies:
        for verdict in judge(ready, plan).broken:
            yield _finding(verdict, place_of)


def _finding(verdict: Verdict, place_of: Places) -> Diagnostic:
    policy, rule = verdict.ready.policy, verdict.rule
    place = policy.locate(("rules", verdict.at, "assert"))
    where = place_of(verdict.address) if verdict.address else None
    about = f"{verdict.address}: " if verdict.address and verdict.address not in verdict.text else ""
    detail = f"{about}{_sentence(verdict.text)} Policy {policy.name} at {place} asks for this."
    if verdict.why:
        detail += f" {verdict.why}"
    where = where or place
    refused = rule.level is Level.DENY
    return Diagnostic(
        "policy/denied" if refused else "policy/warned",
        "Refused by a policy" if refused else "Warning of a policy",
        detail,
        policy.description,
        where,
        verdict.address,
        Severity.ERROR if refused else Severity.WARNING,
        where.excerpt,
    )


def _sentence(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."
