"""Nodes to plain Python values: YAML 1.2 core schema, text keys, bounded aliases."""

from __future__ import annotations

from typing import Any

import yaml

from reconciler.core.diagnostic import Diagnostic
from reconciler.core.suggest import short, shown
from reconciler.manifest.parser import MAX_DEPTH
from reconciler.manifest.place import ManifestText, Mark, Spot, report
from reconciler.manifest.scalars import RefusedScalar, plain, plain_text

MAX_NODES = 1_000_000  # of one document, aliases expanded

_SCALAR: Any = yaml.ScalarNode  # Any: the stubs deny that a tag can be None, as ours are (parser.py)
_CORE = "tag:yaml.org,2002:"
_COLLECTIONS = {"map": yaml.MappingNode, "seq": yaml.SequenceNode}
_SCALARS: dict[str, tuple[type, ...]] = {
    "int": (int,),
    "float": (float, int),
    "bool": (bool,),
    "null": (type(None),),
}


class Unreadable:
    """Stands for a value that was refused here already, so that nobody complains of it a second time."""


UNREADABLE = Unreadable()


class Builder:
    """Builds the documents of one text; what is wrong is added to `found`, and UNREADABLE stands in its place.

    `offset` and `line` say where the parsed part begins in the whole text.
    """

    def __init__(self, file: ManifestText, found: list[Diagnostic], offset: int, line: int) -> None:
        self._file = file
        self._found = found
        self._offset = offset
        self._line = line
        self._text_keys: set[str] = set()  # keys that mean themselves, quoted or not

    def build(self, node: yaml.Node) -> Any:
        """The value of a node."""
        tag: str | None = node.tag  # None unless written: our parser resolves nothing
        if tag is not None:
            return self._tagged(node, tag)
        if isinstance(node, yaml.ScalarNode):
            return node.value if node.style else self._plain(node)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node)
        return [self.build(item) for item in node.value]

    def too_large(self, root: yaml.Node) -> bool:
        """Whether the aliases of the document expand beyond the bounds; counted without expanding anything."""
        counted = _expanded(root, {}, 0)
        if counted is not None and counted <= MAX_NODES:
            return False
        self._report(
            "yaml/too-large",
            f"Expanded, the aliases of this document make more than {MAX_NODES:,} values, or contain themselves.",
            "Write the values out, or use a matrix.",
            root,
        )
        return True

    def _mapping(self, node: yaml.Node) -> dict[str, Any]:
        # The inner loop of every load. The common case, untagged scalars and a key seen before, makes no calls here:
        # a call for each key and value would cost a third more.
        result: dict[str, Any] = {}
        pairs: list[tuple[Any, Any]] = node.value
        for key_node, value_node in pairs:
            key = key_node.value
            if type(key_node) is not _SCALAR or key_node.tag is not None or key not in self._text_keys:
                key = self._key(key_node)
                if key is None:
                    continue
            if key in result:
                self._duplicate(node, key_node)
            elif type(value_node) is not _SCALAR or value_node.tag is not None:
                result[key] = self.build(value_node)
            elif value_node.style:
                result[key] = value_node.value
            else:
                try:
                    result[key] = plain(value_node.value)
                except RefusedScalar:
                    result[key] = self._plain(value_node)
        return result

    def _key(self, node: yaml.Node) -> str | None:
        if not isinstance(node, yaml.ScalarNode):
            self._report("yaml/key", "A key must be a text; this one is a list or a mapping.", "", node)
            return None
        if node.value == "<<" and not node.style:
            self._report(
                "yaml/merge-key",
                "Merge keys (<<) are no part of YAML 1.2, and readers disagree about which value wins.",
                "Write the keys out, or use an alias for a whole value.",
                node,
            )
            return None
        key = self.build(node)
        if isinstance(key, str):
            if plain_text(key):
                self._text_keys.add(key)
            return key
        if key is UNREADABLE:
            return None
        self._report(
            "yaml/key", f"A key must be a text; this one is {shown(key)}.", f'Put it in quotes: "{node.value}".', node
        )
        return None

    def _duplicate(self, mapping: yaml.Node, key: yaml.Node) -> None:
        first = next(k for k, _ in mapping.value if k.value == key.value)
        self._report(
            "yaml/duplicate-key",
            f'"{short(key.value)}" stands on line {self._line_of(first)} already, and again on line '
            f"{self._line_of(key)}: one of the two values would be lost.",
            "Remove one of them.",
            key,
        )

    def _plain(self, node: yaml.Node) -> Any:
        try:
            return plain(node.value)
        except RefusedScalar as error:
            text = str(error)
            self._report("yaml/number", f"{text[0].upper()}{text[1:]}.", "Write a finite number.", node)
            return UNREADABLE

    def _tagged(self, node: yaml.Node, tag: str) -> Any:
        name = tag.removeprefix(_CORE) if tag.startswith(_CORE) else ""
        if isinstance(node, yaml.ScalarNode) and name == "str":
            return node.value
        value = self._untagged(node)
        wanted = _SCALARS.get(name)
        if wanted and isinstance(node, yaml.ScalarNode) and isinstance(value, wanted):
            if name == "float" and isinstance(value, int) and not isinstance(value, bool):
                return float(value)
            if isinstance(value, bool) == (name == "bool"):
                return value
        if name in _COLLECTIONS and isinstance(node, _COLLECTIONS[name]):
            return value
        self._report(
            "yaml/tag",
            f"The tag {short(tag)} has no meaning here: manifests know only YAML's own "
            "!!str, !!int, !!float, !!bool, !!null, !!map and !!seq, each on a fitting value.",
            "Remove the tag.",
            node,
        )
        return UNREADABLE

    def _untagged(self, node: yaml.Node) -> Any:
        if isinstance(node, yaml.ScalarNode):
            return self._plain(node)
        return self._mapping(node) if isinstance(node, yaml.MappingNode) else [self.build(i) for i in node.value]

    def _line_of(self, node: yaml.Node) -> int:
        return self._line + node.start_mark.line + 1

    def spot(self, mark: Mark, length: int = 1) -> Spot:
        """The place of a mark in the whole file."""
        return self._file.spot(self._offset + mark.index, self._line + mark.line, mark.column, length)

    def _report(self, code: str, detail: str, remedy: str, node: yaml.Node) -> None:
        start, end = node.start_mark, node.end_mark
        length = end.column - start.column if end.line == start.line else 1
        self._found.append(report(code, detail, remedy, self.spot(start, length)))


def _expanded(node: yaml.Node, known: dict[int, int | None], depth: int) -> int | None:
    """How many nodes there are with every alias written out; None for a ring or beyond the depth bound."""
    if isinstance(node, yaml.ScalarNode):
        return 1
    if depth > MAX_DEPTH:
        return None
    if id(node) in known:
        return known[id(node)]
    known[id(node)] = None  # met again below itself: a ring
    children = [part for pair in node.value for part in pair] if isinstance(node, yaml.MappingNode) else node.value
    total = 1
    for child in children:
        count = _expanded(child, known, depth + 1)
        if count is None:
            return None
        total += count
    known[id(node)] = total
    return total
