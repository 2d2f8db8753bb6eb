"""What Batch and Workload say of paying again, and of their removal."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from reconciler.core.fields import FieldClass
from reconciler.core.phase import Phase
from reconciler.core.resource import Removal, RunRules

_PHASES = {"ERROR": Phase.FAILED, "CANCELED": Phase.CANCELLED}


class Spec(BaseModel):
    """A mapping of a manifest: camelCase keys, no other ones, no silent conversions."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, alias_generator=to_camel)


class Retry(Spec):
    """When what ended without a result may be paid again."""

    max_attempts: Annotated[int, Field(ge=1, le=10, description="How many runs in all, the first one included.")] = 1
    on: Annotated[
        list[Literal["ERROR", "CANCELED"]],
        Field(min_length=1, description="The ends that allow another attempt."),
    ] = ["ERROR"]


class Run(Spec):
    """How often the work is paid, and what happens when it leaves the manifest."""

    generation: Annotated[
        int, FieldClass.EXECUTION, Field(ge=1, le=1_000_000, description="Raise it to run and pay the same work again.")
    ] = 1
    retry: Annotated[
        Retry,
        FieldClass.LOCAL,
        Field(default_factory=Retry, description="When what failed or was cancelled may be paid again."),
    ]
    on_remove: Annotated[
        Literal["cancel", "orphan"],
        FieldClass.LOCAL,
        Field(description="What becomes of unfinished work that leaves the manifest: cancelled, or left alone."),
    ] = "cancel"


def rules_of(run: Run) -> RunRules:
    """The same in the words of the core."""
    return RunRules(
        generation=run.generation,
        max_attempts=run.retry.max_attempts,
        retry_on=frozenset(_PHASES[word] for word in run.retry.on),
        on_remove=Removal(run.on_remove),
    )
