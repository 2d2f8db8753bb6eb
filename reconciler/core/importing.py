"""What a declaration says of an existing run that is to be its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from reconciler.core.diagnostic import Location


@dataclass(frozen=True, slots=True)
class Import:
    """The run with this id is the declaration's own. `accept` names what is taken on trust.

    `locate` finds the place where it is said; None where a command says it.
    """

    id: str
    accept: frozenset[str] = frozenset()
    locate: Callable[[], Location] | None = field(default=None, compare=False)

    @property
    def where(self) -> Location | None:
        """The place in the manifest."""
        return self.locate() if self.locate else None
