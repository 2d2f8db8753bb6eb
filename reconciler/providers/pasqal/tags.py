"""Pasqal's tags are a set of texts; ours are a mapping. A plain tag is a key without a value, a mark is `key=value`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from reconciler.core.mark import KEYED


def encode(tags: Mapping[str, str]) -> list[str]:
    """The texts as they stand on the wire, sorted."""
    return sorted(tag_text(key, value) for key, value in tags.items())


def decode(texts: Iterable[str]) -> dict[str, str]:
    """The mapping back. The first mark of a key wins; another one of it is a plain tag, which nobody takes for ours."""
    tags: dict[str, str] = {}
    for text in texts:
        key, _, value = text.partition("=")
        if key in KEYED and value and not tags.get(key):
            tags[key] = value
        else:
            tags.setdefault(text, "")
    return tags


def tag_text(key: str, value: str) -> str:
    """One tag on the wire."""
    return f"{key}={value}" if value else key


def replaced(current: Iterable[str], put: Mapping[str, str], drop: Iterable[str]) -> list[str]:
    """The texts after putting and dropping keys; every other text stays. Of a mark only the new value stays."""
    gone = {*drop, *put}
    marks = tuple(f"{key}=" for key in gone if key in KEYED)
    kept = {text for text in current if text not in gone and not text.startswith(marks)}
    return sorted(kept | {tag_text(key, value) for key, value in put.items()})


def name_of(text: str) -> str:
    """What a tag says something about: `team` of `team=lab-3`."""
    return text.partition("=")[0]
