"""What assertions and policies came to, as files that CI systems show as tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from reconciler.cli.writing import write
from reconciler.core.change import Change
from reconciler.core.plan import Plan
from reconciler.core.policy import Level, Policy, Tried
from reconciler.core.simulation import Simulation
from reconciler.render.junit import Case, Suite, junit
from reconciler.workflow.policies import RuleJudged, rules_judged
from reconciler.workflow.session import Session

_MOST = 5  # so many messages of a rule are told


def write_plan_junit(target: Path, session: Session, plan: Plan) -> None:
    """Each assertion of each run that is submitted, and each rule of each policy, is a case."""
    assertions = [case for change in plan.changes for case in _assertions(change)]
    rules = [_rule(judged) for judged in rules_judged(session, plan)]
    write(target, junit([Suite("expectations", assertions), Suite("policies", rules)]))


def write_policy_junit(target: Path, tried: Sequence[tuple[Policy, Tried]]) -> None:
    """Each test of each policy is a case."""
    write(target, junit([Suite("policy tests", [_test(policy, one) for policy, one in tried])]))


def _assertions(change: Change) -> Iterator[Case]:
    for made in change.simulations:
        about = f"{change.address} {made.label}".strip()
        if made.failure:
            yield Case(about, "is simulated", error=made.failure)
        elif not made.verdicts:
            yield Case(about, "is simulated")
        yield from _verdicts(about, made)


def _verdicts(about: str, made: Simulation) -> Iterator[Case]:
    for verdict in made.verdicts:
        failure = "" if verdict.passed else verdict.seen or "It does not hold."
        yield Case(about, verdict.assertion, failure=failure)


def _rule(judged: RuleJudged) -> Case:
    classname, name = f"Policy/{judged.policy}", judged.rule.assertion
    if not judged.asked:
        return Case(classname, name, skipped="It was asked about nothing of this plan.")
    more = len(judged.broken) - _MOST
    text = " ".join([*judged.broken[:_MOST], *([f"And {more} more."] if more > 0 else [])])
    if judged.rule.level is Level.DENY:
        return Case(classname, name, failure=text)
    return Case(classname, name, told=f"warning: {text}" if text else "")


def _test(policy: Policy, tried: Tried) -> Case:
    told = " ".join(tried.broken)
    failure = "" if tried.passed else f"Expected {tried.test.expect}, got {tried.got}. {told}".strip()
    return Case(f"Policy/{policy.name}", tried.test.name, failure=failure)
