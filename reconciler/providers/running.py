"""What the specs of all runs have in common: how often the work is paid, and what its removal means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, Protocol

from pydantic import Field

from reconciler.core.fields import FieldClass
from reconciler.core.phase import Phase
from reconciler.core.resource import Removal, RunRules

Generation = Annotated[
    int, FieldClass.EXECUTION, Field(ge=1, le=1_000_000, description="Raise it to run and pay the same work again.")
]
MaxAttempts = Annotated[int, Field(ge=1, le=10, description="How many runs in all, the first one included.")]
OnRemove = Annotated[Literal["cancel", "orphan"], FieldClass.LOCAL]
# An end without a result, in the words of Braket and in those of Pasqal.
_PHASES = {"FAILED": Phase.FAILED, "CANCELLED": Phase.CANCELLED, "ERROR": Phase.FAILED, "CANCELED": Phase.CANCELLED}


class Repeated(Protocol):
    """When what ended without a result may be paid again."""

    @property
    def max_attempts(self) -> int:
        """How many runs in all."""

    @property
    def on(self) -> Sequence[str]:
        """The ends that allow another, in the cloud's words."""


class Running(Protocol):
    """A `run` in a manifest."""

    @property
    def generation(self) -> int:
        """Raised to pay again."""

    @property
    def retry(self) -> Repeated:
        """When it may be paid again without that."""

    @property
    def on_remove(self) -> Literal["cancel", "orphan"]:
        """What becomes of unfinished work that leaves the manifest."""


def rules_of(run: Running) -> RunRules:
    """The same in the words of the core."""
    return RunRules(
        generation=run.generation,
        max_attempts=run.retry.max_attempts,
        retry_on=frozenset(_PHASES[word] for word in run.retry.on),
        on_remove=Removal(run.on_remove),
    )
