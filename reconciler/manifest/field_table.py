"""The fields of a model as rows of the reference (docs/manifest.md), so that the page cannot say something else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_origin

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from reconciler.core.fields import FieldClass
from reconciler.manifest.fields import Model, is_model, item_models, keys_of, options, shape_of, step, words
from reconciler.manifest.place import document_path

_HEAD = ["| field | class | type | default | what it is |", "|---|---|---|---|---|"]


def field_table(model: Model) -> list[str]:
    """The lines of a Markdown table: one row for each field, nested ones under their dotted path.

    `model` is that of a document's `spec`.
    """
    return [*_HEAD, *(_row(*found) for found in _fields(model, "spec", None))]


def _fields(
    model: Model, prefix: str, inherited: FieldClass | None
) -> Iterator[tuple[str, FieldInfo, FieldClass | None]]:
    for key, field in keys_of(model).items():
        own = next((item for item in field.metadata if isinstance(item, FieldClass)), inherited)
        path = ".".join(str(part) for part in document_path((key,))) if prefix == "spec" else f"{prefix}.{key}"
        yield path, field, own
        for option in options(shape_of(field)):
            if is_model(option.annotation):
                yield from _fields(option.annotation, path, own)
            named = step(option, "NAME") if get_origin(option.annotation) is dict else None
            for value in options(named) if named else ():
                if is_model(value.annotation):
                    yield from _fields(value.annotation, f"{path}.NAME", own)
        for item in item_models(shape_of(field)):
            yield from _fields(item, f"{path}[]", own)


def _row(path: str, field: FieldInfo, field_class: FieldClass | None) -> str:
    said = field_class.value if field_class else ""
    return f"| `{path}` | {said} | {words(shape_of(field))} | {_default(field)} | {field.description or ''} |"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    if field.default is PydanticUndefined or field.default in (None, {}, []):
        return ""
    if isinstance(field.default, bool):
        return f"`{str(field.default).lower()}`"
    shown = ", ".join(field.default) if isinstance(field.default, list) else field.default
    return f"`{shown}`"
