"""A plan is held against the policies: each time one is made, so again before anything is applied."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.core.declared import Declared
from reconciler.core.diagnostic import Diagnostic, Location
from reconciler.core.plan import Plan
from reconciler.core.simulation import outcome
from reconciler.workflow.session import Session


def judged(session: Session, plan: Plan, declared: Sequence[Declared]) -> list[Diagnostic]:
    """What the policies refuse and warn of. A plan that does nothing breaks no rule."""
    if plan.empty or not session.policies:
        return []
    from reconciler.policy.judge import findings  # only where there are policies: their language takes 50 ms
    from reconciler.policy.reading import read_policy
    from reconciler.policy.view import plan_view

    places = {str(d.address): d for d in declared}

    def place_of(address: str) -> Location | None:
        return places[address].locate(()) if address in places else None

    ready = [read_policy(policy)[0] for policy in session.policies]
    clouds = {name: kind.cloud for name, kind in session.kinds.items()}
    tried = {c.address: outcome(c.simulations) for c in plan.changes if c.simulations}
    view = plan_view(plan, clouds, tried)
    return list(findings([each for each in ready if each is not None], view, place_of))
