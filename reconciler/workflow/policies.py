"""A plan is held against the policies: each time one is made, so again before anything is applied."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.core.declared import Declared
from reconciler.core.diagnostic import Diagnostic, Location
from reconciler.core.plan import Plan
from reconciler.core.policy import Rule
from reconciler.core.simulation import outcome
from reconciler.workflow.session import Session

if TYPE_CHECKING:
    from reconciler.policy.view import View


def judged(session: Session, plan: Plan, declared: Sequence[Declared]) -> list[Diagnostic]:
    """What the policies refuse and warn of. A plan that does nothing breaks no rule."""
    if plan.empty or not session.policies:
        return []
    from reconciler.policy.judge import findings  # only where there are policies: their language takes 50 ms
    from reconciler.policy.reading import read_policy

    places = {str(d.address): d for d in declared}

    def place_of(address: str) -> Location | None:
        return places[address].locate(()) if address in places else None

    ready = [each for policy in session.policies if (each := read_policy(policy)[0]) is not None]
    return list(findings(ready, _view(session, plan), place_of))


@dataclass(frozen=True, slots=True)
class RuleJudged:
    """What one rule says of a plan: how often it was asked, and the messages where it does not hold."""

    policy: str
    rule: Rule
    asked: int
    broken: tuple[str, ...]


def rules_judged(session: Session, plan: Plan) -> Iterator[RuleJudged]:
    """Each rule of each policy by itself. A plan that does nothing is not asked about."""
    if not session.policies:
        return
    from reconciler.policy.judge import judge_rule  # as above
    from reconciler.policy.reading import read_policy

    view = None if plan.empty else _view(session, plan)
    for policy in session.policies:
        ready = read_policy(policy)[0]
        for at, rule in enumerate(policy.rules):
            judged = None if ready is None or view is None else judge_rule(ready, at, view)
            broken = tuple(f"{v.address}: {v.text} {v.why}".strip(": ") for v in judged.broken) if judged else ()
            yield RuleJudged(policy.name, rule, judged.asked if judged else 0, broken)


def _view(session: Session, plan: Plan) -> View:
    from reconciler.policy.view import plan_view  # as above

    clouds = {name: kind.cloud for name, kind in session.kinds.items()}
    tried = {c.address: outcome(c.simulations) for c in plan.changes if c.simulations}
    return plan_view(plan, clouds, tried)
