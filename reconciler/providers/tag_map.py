"""Tags in a manifest where a cloud has keys and values: what every service of AWS takes."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from reconciler.core.address import Scalar
from reconciler.core.aws_names import check_tag_count, check_tag_key, check_tag_value, tag_texts

Tags = Annotated[
    dict[Annotated[str, AfterValidator(check_tag_key)], Annotated[str, AfterValidator(check_tag_value)]],
    BeforeValidator(tag_texts, json_schema_input_type=dict[str, Scalar]),
    AfterValidator(check_tag_count),
]
