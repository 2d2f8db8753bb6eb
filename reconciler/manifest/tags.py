"""Tags stand under `metadata` and reach a kind's model as its field `tags`: a mapping, or a list where it takes one."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, get_origin

from reconciler.core.diagnostic import Diagnostic
from reconciler.core.suggest import shown
from reconciler.manifest.envelope import Envelope
from reconciler.manifest.fields import Model, keys_of, options, shape_of
from reconciler.manifest.place import report
from reconciler.manifest.resource import Point, Source

_TAGS = "tags"


def with_tags(envelope: Envelope, source: Source, found: list[Diagnostic]) -> Any:
    """The spec with the tags of the metadata in it, where the kind's model keeps them."""
    spec = envelope.spec
    if not isinstance(spec, dict):
        return spec
    if _TAGS not in keys_of(source.kind.model):
        if envelope.tags is not None:
            spot = source.place.spot(("metadata", _TAGS), key=True)
            detail = f"{envelope.kind} takes no tags: its cloud keeps none for it."
            found.append(report("manifest/unknown-key", detail, "Remove them.", spot, address=source.label))
        return spec
    if _TAGS in spec:
        spot = source.place.spot(("spec", _TAGS), key=True)
        detail = '"tags" is no key of spec: tags stand under metadata.'
        found.append(report("manifest/unknown-key", detail, "Move them to metadata.", spot, address=source.label))
        spec = {key: value for key, value in spec.items() if key != _TAGS}
    return spec if envelope.tags is None else {**spec, _TAGS: envelope.tags}


@lru_cache(maxsize=64)
def takes_list(model: Model) -> bool:
    """Whether the kind's tags are a list of texts; it may take a mapping as well (its model then turns that round)."""
    found = keys_of(model).get(_TAGS)
    return found is not None and any(get_origin(option.annotation) is list for option in options(shape_of(found)))


def check_tags(point: Point) -> Iterator[Diagnostic]:
    """Tags that a list holds twice. A mapping can't: its keys differ."""
    tags: Any = point.spec.get(_TAGS) if isinstance(point.spec, dict) else None
    if not isinstance(tags, list) or not takes_list(point.source.kind.model):
        return
    seen: dict[str, int] = {}
    for index, tag in enumerate(tags):
        if not isinstance(tag, str):
            continue
        path = (_TAGS, index)
        if tag in seen and (path, tag) not in point.source.said:
            point.source.said.add((path, tag))
            first = point.spot((_TAGS, seen[tag])).where
            detail = f"metadata.tags holds {shown(tag)} at {first} already: tags of this kind are a set."
            yield report("manifest/duplicate-tag", detail, "Remove one.", point.spot(path), address=point.label)
        seen.setdefault(tag, index)
