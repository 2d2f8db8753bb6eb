"""A batch's tags in a manifest: a list of texts, or a mapping whose `key: value` is the tag `key=value`."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator

from reconciler.core.address import Scalar
from reconciler.core.reference import is_late

_LONGEST = 256  # characters; nothing is published, and longer ones serve nobody


def _texts(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return [f"{key}={_text(item)}" if isinstance(item, str | int | float) else item for key, item in value.items()]


def _text(item: Scalar) -> str:
    return str(item).lower() if isinstance(item, bool) else str(item)


def _check_tag(tag: str) -> str:
    if not 1 <= len(tag) <= _LONGEST or not tag.isprintable() or tag != tag.strip():
        raise ValueError(f"a tag has 1 to {_LONGEST} printable characters, and no space at its ends")
    if tag.lower().startswith("qctl:"):
        raise ValueError(f'the tag "{tag[:40]}" is refused: tags that start with qctl: belong to qctl')
    if is_late(tag):
        raise ValueError("a tag of Pasqal can't wait for another resource: it is a name, and has no value to put in")
    return tag


Tags = Annotated[
    list[Annotated[str, AfterValidator(_check_tag)]],
    BeforeValidator(_texts, json_schema_input_type=list[str] | dict[str, Scalar]),
]
