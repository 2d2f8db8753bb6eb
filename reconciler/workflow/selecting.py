"""Declarations that stand for whatever a search finds, as one for each thing found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from reconciler.core.declared import Declared
from reconciler.core.graph import Edges
from reconciler.core.ports import ProjectContext
from reconciler.providers.kind import Cloud
from reconciler.workflow.session import Session


@runtime_checkable
class Selecting(Cloud, Protocol):
    """A cloud that can look for what a declaration means."""

    def select(self, declared: Declared, context: ProjectContext) -> Sequence[Declared]:
        """One declaration for each object that fits now. Raises CloudUnavailable."""


def selected(session: Session, declared: Sequence[Declared], edges: Edges) -> tuple[Sequence[Declared], Edges]:
    """The declarations with selectors resolved, and the edges of what they came to. Raises CloudUnavailable."""
    if not any(map(_selects, declared)):
        return declared, edges
    found: list[Declared] = []
    waits = dict(edges)
    for one in declared:
        cloud = session.cloud(one.address.kind) if _selects(one) else None
        if not isinstance(cloud, Selecting):
            found.append(one)
            continue
        before = waits.pop(one.address, frozenset())
        for point in cloud.select(one, session.context):
            found.append(point)
            waits[point.address] = before
    return found, waits


def _selects(declared: Declared) -> bool:
    return getattr(declared.spec, "selector", None) is not None
