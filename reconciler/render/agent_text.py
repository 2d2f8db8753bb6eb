"""A round of an agent as lines of a log for people."""

from __future__ import annotations

from reconciler.core.cycle import Cycle


def cycle_text(cycle: Cycle) -> str:
    """One line: when, how it ended, of which commit, what was planned, done and left."""
    commit = f" at {cycle.commit[:12]}" if cycle.commit else ""
    return f"{cycle.at} {cycle.verdict}{commit} in {cycle.seconds:.1f} s: {cycle.detail}"
