"""The spec of a TagSet: tags that this project keeps on objects that it did not make."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from reconciler.core.address import Scalar
from reconciler.core.aws_names import tag_texts
from reconciler.core.fields import FieldClass
from reconciler.providers.lasting import OnRemove
from reconciler.providers.moment import moment_of
from reconciler.providers.spec import Spec
from reconciler.providers.tag_map import Tags

_TAGGABLE = "(quantum-task|job|spending-limit)"
ARN = re.compile(rf"arn:aws[a-z-]*:braket:[a-z0-9-]{{1,32}}:\d{{12}}:{_TAGGABLE}/[A-Za-z0-9._-]{{1,128}}")
BATCH_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def _check_target(text: str) -> str:
    if not (ARN.fullmatch(text) or BATCH_ID.fullmatch(text)):
        raise ValueError("a target is the ARN of a task, a hybrid job or a spending limit, or the id of a Pasqal batch")
    return text


def _check_moment(text: str) -> str:
    moment_of(text)
    return text  # as it was written: it is a part of what the set is known by


class Selector(Spec):
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


class TagSetSpec(Spec):
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
        OnRemove,
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
