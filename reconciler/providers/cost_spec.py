"""What a resource says of its cost. It concerns qctl alone, and is part of no digest."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from reconciler.core.ceiling import Ceiling, ceiling
from reconciler.core.fields import FieldClass
from reconciler.core.money import check_money
from reconciler.providers.spec import Spec


class Cost(Spec):
    """A ceiling, and what is taken for the price where nobody knows it."""

    max: Annotated[
        Annotated[str, AfterValidator(check_money)] | None,
        Field(description="What one run may cost at most, like `1.00 USD`; of a sweep, each point."),
    ] = None
    assume: Annotated[
        Annotated[str, AfterValidator(check_money)] | None,
        Field(description="What a run is taken to cost at most where its price is unknown."),
    ] = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.max is None and self.assume is None:
            raise ValueError("max or assume is needed")
        return self


CostField = Annotated[
    Cost | None, FieldClass.LOCAL, Field(description="What it may cost; more is refused before it is submitted.")
]


def ceiling_of(cost: Cost | None) -> Ceiling | None:
    """The same in the words of the core."""
    return None if cost is None else ceiling(cost.max, cost.assume)
