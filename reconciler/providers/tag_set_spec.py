"""The spec of a TagSet: tags that this project keeps on objects that it did not make."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from reconciler.core.address import Scalar
from reconciler.core.aws_names import check_tag_count, check_tag_key, check_tag_value, tag_texts
from reconciler.core.fields import FieldClass

_TAGGABLE = "(quantum-task|job|spending-limit)"
ARN = re.compile(rf"arn:aws[a-z-]*:braket:[a-z0-9-]{{1,32}}:\d{{12}}:{_TAGGABLE}/[A-Za-z0-9._-]{{1,128}}")
BATCH_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

Key = Annotated[str, AfterValidator(check_tag_key)]
Value = Annotated[str, AfterValidator(check_tag_value)]
Tags = Annotated[
    dict[Key, Value],
    BeforeValidator(tag_texts, json_schema_input_type=dict[str, Scalar]),
    AfterValidator(check_tag_count),
]


class _Spec(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, alias_generator=to_camel)


def _check_target(text: str) -> str:
    if not (ARN.fullmatch(text) or BATCH_ID.fullmatch(text)):
        raise ValueError("a target is the ARN of a task, a hybrid job or a spending limit, or the id of a Pasqal batch")
    return text


def _check_moment(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError('a moment is written like "2026-12-01T00:00:00Z"') from error
    if moment.tzinfo is None:
        raise ValueError('a moment needs its time zone: "2026-12-01T00:00:00Z"')
    return text


class Selector(_Spec):
    """Which objects: all that fit everything said here, looked for anew at each plan."""

    kind: Annotated[
        Literal["QuantumTask", "HybridJob", "SpendingLimit", "Batch"], Field(description="What sort of object.")
    ]
    device: Annotated[
        str | None,
        Field(min_length=1, max_length=256, description="On this device: an ARN, or a device type of Pasqal."),
    ] = None
    status: Annotated[
        str | None, Field(min_length=1, max_length=32, description="In this status, in the cloud's own word.")
    ] = None
    tags: Annotated[
        dict[str, str],
        BeforeValidator(tag_texts, json_schema_input_type=dict[str, Scalar]),
        Field(description="With these tags, each with this value."),
    ] = {}
    created_after: Annotated[
        Annotated[str, AfterValidator(_check_moment)] | None, Field(description="Made at or after this moment.")
    ] = None


class TagSetSpec(_Spec):
    """Tags on objects that somebody else made: on one, or on all that a selector finds."""

    target: Annotated[
        Annotated[str, AfterValidator(_check_target)] | None,
        FieldClass.EXECUTION,
        Field(description="The object: an ARN of Amazon Braket, or the id of a batch of Pasqal."),
    ] = None
    selector: Annotated[
        Selector | None,
        FieldClass.EXECUTION,
        Field(description="The objects, instead of a target. Each is an address: `TagSet/name[target=…]`."),
    ] = None
    overwrite: Annotated[
        bool,
        FieldClass.LOCAL,
        Field(description="Whether a tag is taken over that is there with another value, not put by this set."),
    ] = False
    on_remove: Annotated[
        Literal["delete", "orphan"],
        FieldClass.LOCAL,
        Field(description="What becomes of the tags when the set leaves the manifest: taken off, or left."),
    ] = "delete"
    tags: Annotated[
        Tags,
        FieldClass.MUTABLE,
        Field(
            min_length=1, description="The tags; they stand under `metadata`. The project's default tags are not added."
        ),
    ]

    @model_validator(mode="after")
    def _has_one_target(self) -> Self:
        if (self.target is None) == (self.selector is None):
            raise ValueError("a tag set has either a target or a selector")
        return self
