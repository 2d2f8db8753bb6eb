"""The spec of a SpendingLimit: how much may be spent on one QPU, and when. Classes and limits are data on the fields.

Facts: Create- and UpdateSpendingLimit in botocore's service model of `braket`; what the service fills in itself is not
compared.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from reconciler.core.fields import DeviceName, FieldClass
from reconciler.providers.lasting import Management, OnRemove, Protect
from reconciler.providers.moment import moment_of, moment_text
from reconciler.providers.spec import Spec
from reconciler.providers.tag_map import Tags

_AMOUNT = re.compile(r"\d{1,12}(\.\d{1,2})?")
_NUMBER = re.compile(r"-?\d{1,30}(\.\d{1,30})?(E[+-]?\d{1,2})?")  # services write 0 as 0E-10, too


def _amount_text(value: Any) -> Any:
    """YAML reads 100.50 as a number; its shortest form has the same cents."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return format(Decimal(str(value)), "f")


def _check_amount(text: str) -> str:
    plain = text.removesuffix(" USD")
    if not _AMOUNT.fullmatch(plain):
        raise ValueError('an amount has at most two decimals and is in USD: 100, 12.50 or "12.50 USD"')
    return plain_amount(plain)


def plain_amount(text: str) -> str:
    """3.00 and 3 are one amount, and 3 is how the service writes it. Raises ValueError."""
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"{text[:40]} is no amount")
    value = Decimal(text)
    return format(value.normalize(), "f") if value else "0"


def _check_moment(text: str) -> str:
    return moment_text(moment_of(text))


Moment = Annotated[str, AfterValidator(_check_moment)]


class Period(Spec):
    """When the limit holds. Outside of it the device refuses every task."""

    start: Annotated[Moment, Field(description="From then on.")]
    end: Annotated[Moment, Field(description="Until then.")]

    @model_validator(mode="after")
    def _has_a_length(self) -> Self:
        if self.end <= self.start:
            raise ValueError("the period ends before it starts")
        return self


class SpendingLimitSpec(Spec):
    """How much may be spent on one QPU, and when."""

    device: Annotated[
        str,
        FieldClass.EXECUTION,
        DeviceName(),
        Field(min_length=1, max_length=256, description="A QPU: an alias of the project's devices, or an ARN."),
    ]
    amount: Annotated[
        Annotated[
            str, BeforeValidator(_amount_text, json_schema_input_type=str | float), AfterValidator(_check_amount)
        ],
        FieldClass.MUTABLE,
        Field(description="The most that may be spent, in USD, with two decimals at most."),
    ]
    period: Annotated[
        Period | None,
        FieldClass.MUTABLE,
        Field(description="When the limit holds; without it from now on, as the service says."),
    ] = None
    protect: Annotated[
        Protect,
        Field(description="Whether a plan that would delete the limit is refused: then nothing bounds the spending."),
    ] = False
    management: Annotated[
        Management,
        Field(description="`observe`: somebody else manages it; it is read and counted with, and never changed."),
    ] = "manage"
    on_remove: Annotated[
        OnRemove,
        Field(description="What becomes of the limit when it leaves the manifest: deleted, or left alone."),
    ] = "delete"
    tags: Annotated[
        Tags,
        FieldClass.MUTABLE,
        Field(description="The limit's tags; they stand under `metadata` and add to the project's default tags."),
    ] = {}
