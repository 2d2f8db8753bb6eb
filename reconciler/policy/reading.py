"""Policies made ready: every expression and message read once, and each mistake in them with its place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from reconciler.core.declared import Path
from reconciler.core.diagnostic import Diagnostic
from reconciler.core.money import amount
from reconciler.core.policy import Policy, Rule, Scope
from reconciler.core.suggest import did_you_mean, short
from reconciler.policy.cel import Expression, Problem, compile_expression
from reconciler.policy.view import unknown_path

NAMES: Mapping[Scope, tuple[str, ...]] = {Scope.CHANGE: ("change", "plan"), Scope.PLAN: ("plan",)}
_BRACES = re.compile(r"\{([^{}]*)\}")
_PATH = re.compile(r"(change|plan)(\.[a-z_]+)+")
_SHOWN = 120


@dataclass(frozen=True, slots=True)
class Ready:
    """A policy whose expressions can be asked. `rules` go with those of the policy, one by one."""

    policy: Policy
    match: Expression | None
    rules: tuple[Expression, ...]


def read_policy(policy: Policy) -> tuple[Ready | None, list[Diagnostic]]:
    """The policy ready to be asked, or None with what is wrong with it."""
    found: list[Diagnostic] = []
    match = None
    if policy.match is not None:
        match = _expression(policy, policy.match, ("match",), Scope.CHANGE, found)
    rules = [
        _expression(policy, rule.assertion, ("rules", at, "assert"), rule.scope, found)
        for at, rule in enumerate(policy.rules)
    ]
    for at, rule in enumerate(policy.rules):
        found.extend(_in_message(policy, rule, ("rules", at, "message")))
    if found:
        return None, found
    return Ready(policy, match, tuple(rule for rule in rules if rule is not None)), []


def _expression(policy: Policy, text: str, path: Path, scope: Scope, found: list[Diagnostic]) -> Expression | None:
    read = compile_expression(text, NAMES[scope])
    if isinstance(read, Problem):
        remedy = "A rule about each change has scope: change." if scope is Scope.PLAN and "change" in text else ""
        found.append(_wrong(policy, read, path, remedy))
        return None
    for named, place in read.paths.items():
        unknown = unknown_path(named)
        if unknown is not None:
            part, known = unknown
            end = place.offset + place.length - len(part)
            sentence = f'"{short(named.rpartition(f".{part}")[0])}" has no "{short(part)}".'
            found.append(_wrong(policy, Problem(sentence, max(end, 0), len(part)), path, did_you_mean(part, known)))
            return None  # longer paths would say it again
    return read


def _in_message(policy: Policy, rule: Rule, path: Path) -> list[Diagnostic]:
    found = []
    for hole in _BRACES.finditer(rule.message):
        named = hole[1]
        known = ", ".join(f"{name}.…" for name in NAMES[rule.scope])
        if not _PATH.fullmatch(named) or named.partition(".")[0] not in NAMES[rule.scope]:
            sentence = f"A message may name {known} in braces, not {{{short(named)}}}."
            found.append(_wrong(policy, Problem(sentence, hole.start(), len(hole[0])), path, ""))
        elif (unknown := unknown_path(named)) is not None:
            sentence = f'There is no "{short(named)}".'
            remedy = did_you_mean(unknown[0], unknown[1])
            found.append(_wrong(policy, Problem(sentence, hole.start(), len(hole[0])), path, remedy))
    return found


def _wrong(policy: Policy, problem: Problem, path: Path, remedy: str) -> Diagnostic:
    where = policy.locate(path, problem.offset, problem.length)
    detail = f"Policy {policy.name}: {problem.sentence}"
    return Diagnostic(
        "policy/expression",
        "Policy can't be read",
        detail,
        remedy,
        where,
        f"Policy/{policy.name}",
        excerpt=where.excerpt,
    )


def message(rule: Rule, values: Mapping[str, Any]) -> str:
    """The message with its values put in: short plain texts only, whatever they are."""
    return _BRACES.sub(lambda hole: _shown(_value(hole[1], values)), rule.message)


def _value(path: str, values: Mapping[str, Any]) -> Any:
    here: Any = values
    for part in path.split("."):
        here = here.get(part) if isinstance(here, Mapping) else None
    return here


def _shown(value: Any) -> str:
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return amount(value, "").rstrip()
    if isinstance(value, Mapping | list):
        return f"{len(value)} items"
    text = " ".join(str(value).split())
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
