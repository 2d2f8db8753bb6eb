"""The place of a character inside a text of a manifest: exact where the text stands as it is written."""

from __future__ import annotations

import yaml

from reconciler.core.declared import Path
from reconciler.core.diagnostic import Location
from reconciler.manifest.parser import compose_one
from reconciler.manifest.place import Place


def locate_within(place: Place, path: Path, offset: int, length: int) -> Location:
    """Where the characters `offset` to `offset + length` of the text at `path` stand.

    Of a text that is folded, escaped or goes over several quoted lines it is where the text begins.
    """
    whole = place.locate(path)
    node = _node_at(place, path)
    if not isinstance(node, yaml.ScalarNode):
        return whole
    index = _index(place, node, offset)
    if index is None:
        return whole
    spot = place.file.spot_at(index)
    end = place.file.text.find("\n", index)
    room = (end if end >= 0 else len(place.file.text)) - index
    where = spot.where
    return Location(where.file, where.line, where.column, max(1, min(length, room)), spot.excerpt)


def _node_at(place: Place, path: Path) -> yaml.Node | None:
    node = compose_one(place.text)
    for part in path:
        if isinstance(node, yaml.MappingNode):
            node = next((value for key, value in node.value if key.value == part), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
        else:
            return None
    return node


def _index(place: Place, node: yaml.ScalarNode, offset: int) -> int | None:
    """The character of the file that is this character of the text."""
    start = place.start + node.start_mark.index
    text: str = node.value
    if node.style in ("'", '"', "", None):
        begin = start + (1 if node.style else 0)
        return begin + offset if place.file.text.startswith(text, begin) else None
    if node.style != "|":
        return None
    return _in_block(place.file.text, start, text, offset)


def _in_block(source: str, start: int, text: str, offset: int) -> int | None:
    """Of a literal block: its lines are those of the text, each behind the same indentation."""
    line = source.find("\n", start) + 1
    before = text[:offset].count("\n")
    for _ in range(before):
        line = source.find("\n", line) + 1
    wanted = text.split("\n")[before]
    end = source.find("\n", line)
    written = source[line : end if end >= 0 else len(source)].rstrip("\r")
    if not written.endswith(wanted) or written[: len(written) - len(wanted)].strip(" "):
        return None
    column = offset - (text.rfind("\n", 0, offset) + 1)
    return line + len(written) - len(wanted) + column
