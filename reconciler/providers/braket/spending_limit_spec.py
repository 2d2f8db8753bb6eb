"""The spec of a SpendingLimit: how much may be spent on one QPU, and when. Classes and limits are data on the fields.

Facts: Create- and UpdateSpendingLimit in botocore's service model of `braket`; what the service fills in itself is not
compared.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from reconciler.core.fields import DeviceName, FieldClass
from reconciler.providers.braket.task_spec import Tags

_AMOUNT = re.compile(r"\d{1,12}(\.\d{1,2})?")
_NUMBER = re.compile(r"-?\d{1,30}(\.\d{1,30})?(E[+-]?\d{1,2})?")  # services write 0 as 0E-10, too


class _Spec(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, alias_generator=to_camel)


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
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError('a moment is written like "2026-12-01T00:00:00Z"') from error
    if moment.tzinfo is None:
        raise ValueError('a moment needs its time zone: "2026-12-01T00:00:00Z"')
    return moment_text(moment)


def moment_text(moment: datetime) -> str:
    """ISO 8601 in UTC, in whole seconds: finer than the service keeps them would never be equal."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


Moment = Annotated[str, AfterValidator(_check_moment)]


class Period(_Spec):
    """When the limit holds. Outside of it the device refuses every task."""

    start: Annotated[Moment, Field(description="From then on.")]
    end: Annotated[Moment, Field(description="Until then.")]

    @model_validator(mode="after")
    def _has_a_length(self) -> Self:
        if self.end <= self.start:
            raise ValueError("the period ends before it starts")
        return self


class SpendingLimitSpec(_Spec):
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
        bool,
        FieldClass.LOCAL,
        Field(description="Whether a plan that would delete the limit is refused: then nothing bounds the spending."),
    ] = False
    management: Annotated[
        Literal["manage", "observe"],
        FieldClass.LOCAL,
        Field(description="`observe`: somebody else manages it; it is read and counted with, and never changed."),
    ] = "manage"
    on_remove: Annotated[
        Literal["delete", "orphan"],
        FieldClass.LOCAL,
        Field(description="What becomes of the limit when it leaves the manifest: deleted, or left alone."),
    ] = "delete"
    tags: Annotated[
        Tags,
        FieldClass.MUTABLE,
        Field(description="The limit's tags; they stand under `metadata` and add to the project's default tags."),
    ] = {}
