"""The spec of a Workload: a longer program that Pasqal runs as a whole. Classes are data on the fields."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from reconciler.core.fields import FieldClass
from reconciler.providers.cost_spec import CostField
from reconciler.providers.pasqal.run_spec import Run
from reconciler.providers.spec import Spec


class WorkloadSpec(Spec):
    """One program of a type that Pasqal knows, on one backend."""

    # No closed lists: what Pasqal takes differs from project to project, and grows.
    type: Annotated[
        str,
        FieldClass.EXECUTION,
        Field(min_length=1, max_length=256, description="What sort of program, such as qadence_circuit."),
    ]
    backend: Annotated[
        str,
        FieldClass.EXECUTION,
        Field(min_length=1, max_length=256, description="What runs it, such as pyqtorch."),
    ]
    config: Annotated[
        dict[str, Any],
        FieldClass.EXECUTION,
        Field(description="The program itself, as its type wants it; passed on as it is."),
    ]
    cost: CostField = None
    run: Annotated[
        Run,
        Field(default_factory=Run, description="How often the work is paid, and what happens when it is removed."),
    ]


ATTRIBUTES: dict[str, Literal["spec", "late"]] = {
    "type": "spec",
    "backend": "spec",
    "id": "late",
    "status": "late",
    "digest": "late",
}
"""What `${{ Workload/name.attribute }}` may name: a field of the spec, or what is known once it was accepted."""
