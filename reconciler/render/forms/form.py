"""What all machine forms share."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

Amount = Annotated[str, Field(pattern=r"^-?\d+(\.\d+)?(E[+-]?\d+)?$", description="A decimal number as text.")]
Version = Annotated[Literal[1], Field(description="Raised when a reader of the old form would misread the new one.")]
ABSENT: Any = Field(default=None)
"""For a key that is left out where there is nothing to say, and is never null."""


class Form(BaseModel):
    """An object without any keys but those that are described."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class _Plain(GenerateJsonSchema):
    """Without titles that repeat the key, and without defaults: what is left out says nothing of itself."""

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def field_title_should_be_set(self, schema: object) -> bool:
        return False


def schema_of(model: type[BaseModel], title: str) -> dict[str, Any]:
    """The published schema (2020-12)."""
    schema = model.model_json_schema(by_alias=True, schema_generator=_Plain)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": title}
