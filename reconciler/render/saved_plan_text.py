"""What a saved plan says of itself, below its changes."""

from __future__ import annotations

from reconciler.core.saved_plan import SavedPlan
from reconciler.render.visible import visible


def saved_plan_text(saved: SavedPlan) -> str:
    """When it was made of what, until when it is good, and how it is called."""
    plan, basis = saved.plan, saved.basis
    lines = [
        f"Made:        {saved.made} by qctl {saved.tool_version}, for {plan.project}, environment {plan.environment}",
        f"Good until:  {saved.expires}",
        f"Made from:   {_count(len(basis.files), 'file')}, {_state(saved)}",
        f"Fingerprint: {saved.fingerprint}",
    ]
    return "\n".join(map(visible, lines))


def _state(saved: SavedPlan) -> str:
    state = saved.basis.state
    return f"state {state['lineage'][:12]} with serial {state['serial']}" if state else "no state yet"


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
