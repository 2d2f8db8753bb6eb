"""What a spec model says of its fields, read as data: where a path leads, its class, its words, its marks."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Final, Literal, TypeVar, Union, get_args, get_origin

import annotated_types
from pydantic import BaseModel, BeforeValidator
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from reconciler.core.declared import Path
from reconciler.core.fields import FieldClass

Mark = TypeVar("Mark")
Model = type[BaseModel]
Pattern = tuple[str, ...]
EACH: Final = "[]"
"""In a pattern of keys: every item of a list. No key of a model is written so."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A type with what is said beside it (bounds, class, marks)."""

    annotation: Any
    metadata: tuple[Any, ...] = ()


@lru_cache(maxsize=256)
def keys_of(model: Model) -> dict[str, FieldInfo]:
    """The fields of a model by the key that a manifest writes."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


@lru_cache(maxsize=256)
def attribute_of(model: Model, key: str) -> str:
    """The Python name of a key."""
    return next(name for name, field in model.model_fields.items() if (field.alias or name) == key)


def shape_of(field: FieldInfo) -> Shape:
    """A field's type and metadata."""
    return Shape(field.annotation, tuple(field.metadata))


def options(shape: Shape) -> list[Shape]:
    """The shape without Annotated, and its alternatives one by one, without None."""
    annotation, metadata = shape.annotation, shape.metadata
    while get_origin(annotation) is Annotated:
        annotation, *more = get_args(annotation)
        metadata = (*metadata, *(part for item in more for part in _flat(item)))
    if get_origin(annotation) in {Union, types.UnionType}:
        inner = [Shape(arg, metadata) for arg in get_args(annotation) if arg is not type(None)]
        return [option for part in inner for option in options(part)]
    return [Shape(annotation, metadata)]


def _flat(item: Any) -> tuple[Any, ...]:
    return tuple(item.metadata) if isinstance(item, FieldInfo) else (item,)


def is_model(annotation: Any) -> bool:
    """Whether the annotation is a pydantic model."""
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def step(shape: Shape, part: str | int) -> Shape | None:
    """The shape one step down, or None if the types know nothing there."""
    for option in options(shape):
        origin, args = get_origin(option.annotation), get_args(option.annotation)
        if is_model(option.annotation) and part in keys_of(option.annotation):
            return shape_of(keys_of(option.annotation)[str(part)])
        if origin is dict and isinstance(part, str):
            return Shape(args[1])
        if origin is list and isinstance(part, int):
            return Shape(args[0])
    return None


def shape_at(model: Model, path: Path) -> Shape | None:
    """The shape at a path below the model."""
    shape: Shape | None = Shape(model)
    for part in path:
        shape = step(shape, part) if shape else None
    return shape


def keys_at(model: Model, path: Path) -> list[str]:
    """The keys that may stand in the mapping at a path, if a model says so."""
    return [key for found in _models_at(model, path) for key in keys_of(found)]


def refusals_at(model: Model, path: Path) -> dict[str, str]:
    """Keys that a model at a path refuses by name (`refused_keys`), each with what to do instead."""
    return {key: remedy for found in _models_at(model, path) for key, remedy in _refused(found).items()}


def _models_at(model: Model, path: Path) -> list[Model]:
    shape = shape_at(model, path)
    return [option.annotation for option in options(shape) if is_model(option.annotation)] if shape else []


def _refused(model: Model) -> Mapping[str, str]:
    refused: Mapping[str, str] = getattr(model, "refused_keys", {})
    return refused


def class_at(model: Model, path: Path) -> FieldClass | None:
    """The class of the field at a path: the innermost one said on the way."""
    shape: Shape | None = Shape(model)
    found: FieldClass | None = None
    for part in path:
        shape = step(shape, part) if shape else None
        if shape is None:
            break
        found = next((item for item in shape.metadata if isinstance(item, FieldClass)), found)
    return found


def marked(model: Model, mark: type[Mark], prefix: Pattern = ()) -> Iterator[tuple[Pattern, Mark]]:
    """Every field that carries a mark, through nested models and lists of models; EACH stands for every index."""
    for key, field in keys_of(model).items():
        # A mark may stand on the field, or on one of its alternatives: `Annotated[str, ProjectFile()] | None`.
        said = (item for option in options(shape_of(field)) for item in option.metadata if isinstance(item, mark))
        for item in dict.fromkeys(said):
            yield (*prefix, key), item
        for option in options(shape_of(field)):
            if is_model(option.annotation):
                yield from marked(option.annotation, mark, (*prefix, key))
        for item_model in item_models(shape_of(field)):
            yield from marked(item_model, mark, (*prefix, key, EACH))


def item_models(shape: Shape) -> list[Model]:
    """The models of the items, where the shape is a list of models."""
    items = [step(option, 0) for option in options(shape) if get_origin(option.annotation) is list]
    return [option.annotation for item in items if item for option in options(item) if is_model(option.annotation)]


def values_at(value: Any, pattern: Pattern) -> Sequence[tuple[Path, Any]]:
    """Each value of a document at a pattern of keys, with its path; nothing where the document is of another form."""
    for at, key in enumerate(pattern):  # no recursion where there are no lists: this is asked of every resource
        if key == EACH:
            items = enumerate(value if isinstance(value, list) else ())
            below = ((index, values_at(item, pattern[at + 1 :])) for index, item in items)
            return [((*pattern[:at], index, *path), found) for index, inner in below for path, found in inner]
        if not isinstance(value, dict) or key not in value:
            return ()
        value = value[key]
    return ((pattern, value),)


def value_at(spec: BaseModel, path: tuple[str, ...]) -> Any:
    """The value of a validated model at a path of keys; None where something on the way is not set."""
    value: Any = spec
    for key in path:
        if value is None:
            return None
        model: Model = type(value)
        value = getattr(value, attribute_of(model, key))
    return value


def words(shape: Shape) -> str:
    """What may be written, in plain words: `a whole number between 0 and 10,000,000`."""
    said = list(dict.fromkeys(_words_of(option) for option in options(_as_written(shape))))
    if "a whole number" in said and "a number" in said:
        said.remove("a whole number")
    return " or ".join(said)


def _as_written(shape: Shape) -> Shape:
    """The shape of what a manifest holds, where a validator turns that into something else first."""
    turned = (item.json_schema_input_type for item in shape.metadata if isinstance(item, BeforeValidator))
    written = next((found for found in turned if found is not PydanticUndefined), None)
    return shape if written is None else Shape(written)


def choices(shape: Shape) -> list[str]:
    """The allowed texts, if they are a closed list."""
    literals = [option.annotation for option in options(shape) if get_origin(option.annotation) is Literal]
    return [str(value) for literal in literals for value in get_args(literal)]


def _words_of(shape: Shape) -> str:
    annotation, origin = shape.annotation, get_origin(shape.annotation)
    if origin is Literal:
        return _one_of([str(value) for value in get_args(annotation)])
    if origin is list:
        return f"a list of {_count(shape)}{_plural(words(Shape(get_args(annotation)[0])))}"
    if origin is dict or is_model(annotation):
        return "a mapping"
    named = {int: "a whole number", float: "a number", str: "a text", bool: "true or false"}
    return named.get(annotation, "a value") + _bounds(shape)


def _one_of(values: list[str]) -> str:
    return values[0] if len(values) == 1 else f"{', '.join(values[:-1])} or {values[-1]}"


def _plural(text: str) -> str:
    parts = [part.removeprefix("a ").removeprefix("an ") for part in text.split(" or ")]
    nouns = {"whole number": "whole numbers", "number": "numbers", "text": "texts", "mapping": "mappings"}
    return " or ".join(nouns.get(part, part) for part in parts)


def _count(shape: Shape) -> str:
    shortest, longest = _lengths(shape)
    return "" if longest is None else f"{shortest} to {longest:,} "


def _lengths(shape: Shape) -> tuple[int, int | None]:
    shortest = next((m.min_length for m in shape.metadata if isinstance(m, annotated_types.MinLen)), 0)
    longest = next((m.max_length for m in shape.metadata if isinstance(m, annotated_types.MaxLen)), None)
    return shortest, longest


def _bounds(shape: Shape) -> str:
    low = next((m.ge for m in shape.metadata if isinstance(m, annotated_types.Ge)), None)
    high = next((m.le for m in shape.metadata if isinstance(m, annotated_types.Le)), None)
    if low is not None and high is not None:
        return f" between {low:,} and {high:,}"
    if low is not None:
        return f" of at least {low:,}"
    shortest, longest = _lengths(shape)
    if longest is not None:
        return f" of {shortest} to {longest:,} characters"
    return " that is not empty" if shortest else ""
