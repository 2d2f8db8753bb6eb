"""What Batch and Workload say of paying again, and of their removal."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from reconciler.core.fields import FieldClass
from reconciler.providers.running import Generation, MaxAttempts, OnRemove
from reconciler.providers.spec import Spec


class Retry(Spec):
    """When what ended without a result may be paid again."""

    max_attempts: MaxAttempts = 1
    on: Annotated[
        list[Literal["ERROR", "CANCELED"]],
        Field(min_length=1, description="The ends that allow another attempt."),
    ] = ["ERROR"]


class Run(Spec):
    """How often the work is paid, and what happens when it leaves the manifest."""

    generation: Generation = 1
    retry: Annotated[
        Retry,
        FieldClass.LOCAL,
        Field(default_factory=Retry, description="When what failed or was cancelled may be paid again."),
    ]
    on_remove: Annotated[
        OnRemove,
        Field(description="What becomes of unfinished work that leaves the manifest: cancelled, or left alone."),
    ] = "cancel"
