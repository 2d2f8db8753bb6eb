"""Which of several attempts stands for what is declared."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.core.attempt import Attempt
from reconciler.core.phase import Phase
from reconciler.core.resource import Resource


def standing(resource: Resource, attempts: Iterable[Attempt]) -> Attempt | None:
    """A finished one for ever, else the latest that exists; None if nothing of this very run was ever accepted.

    By number: a search that rebuilds a lost state finds them in any order.
    """
    existing = [a for a in attempts if a.exists and resource.wants(a)]
    done = [a for a in existing if a.phase is Phase.DONE]
    return max(done or existing, key=lambda a: a.number, default=None)
