"""Where things stand in a manifest: found again on demand, so that positions cost nothing while all is well."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Protocol

import yaml

from reconciler.core.declared import Path
from reconciler.core.diagnostic import Diagnostic, Location, Severity
from reconciler.manifest.codes import SUMMARY
from reconciler.manifest.parser import compose_one

_EXCERPT = 500  # characters of a source line kept in a diagnostic


class Mark(Protocol):
    """What libyaml and the pure parser both tell of a position; all count from 0."""

    @property
    def index(self) -> int: ...
    @property
    def line(self) -> int: ...
    @property
    def column(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Spot:
    """A location together with its source line."""

    where: Location
    excerpt: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """A value as a document has it: where, its text as it stands if it is a scalar, and the overlay that says it."""

    where: Location
    text: str | None
    overlay: str = ""


def report(
    code: str,
    detail: str,
    remedy: str = "",
    spot: Spot | None = None,
    *,
    address: str = "",
    severity: Severity = Severity.ERROR,
) -> Diagnostic:
    """A diagnostic with the summary that belongs to the code."""
    where, excerpt = (spot.where, spot.excerpt) if spot else (None, "")
    return Diagnostic(code, SUMMARY[code], detail, remedy, where, address, severity, excerpt)


@dataclass(frozen=True, slots=True, eq=False)
class ManifestText:
    """The whole text of one file."""

    name: str
    text: str

    def spot(self, index: int, line: int, column: int, length: int = 1) -> Spot:
        """The place of a character; `index` counts in the whole text, line and column from 0."""
        return Spot(Location(self.name, line + 1, column + 1, max(1, length)), self._line_at(index))

    def spot_at(self, index: int) -> Spot:
        """The same from the index alone."""
        before = self.text.count("\n", 0, index)
        return self.spot(index, before, index - (self.text.rfind("\n", 0, index) + 1))

    def _line_at(self, index: int) -> str:
        start = self.text.rfind("\n", 0, index) + 1
        end = self.text.find("\n", index)
        return self.text[start : end if end >= 0 else len(self.text)].rstrip("\r")[:_EXCERPT]


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """The stretch of a file that one document takes: from character `start`, at line `line` (from 0), to `end`."""

    file: ManifestText
    line: int
    start: int
    end: int

    @property
    def text(self) -> str:
        """The document's own text."""
        return self.file.text[self.start : self.end]

    def spot(self, path: Path = (), *, key: bool = False) -> Spot:
        """The value at `path`, or with `key` its key; of a path that is not there, the deepest part that is."""
        root = compose_one(self.text)
        if root is None:
            return self.file.spot(self.start, self.line, 0)
        node, key_node, found = _follow(root, path)
        chosen = key_node if key_node is not None and (key or not found or _is_block(node)) else node
        return self._spot_of(chosen)

    def holds(self, text: str) -> bool:
        """Whether this text stands anywhere in the document."""
        return self.file.text.find(text, self.start, self.end) >= 0

    def owner(self, path: Path) -> Place:
        """The place of the document that says what stands at `path`."""
        return self

    def missing(self, path: Path) -> Spot:
        """Where to say that there is nothing at `path`."""
        return self.spot(path[:-1], key=True)

    def written(self, path: Path) -> Written | None:
        """The value at `path` as it is written; None if there is none."""
        root = compose_one(self.text)
        if root is None:
            return None
        node, _, found = _follow(root, path)
        if not found:
            return None
        return Written(self._spot_of(node).where, node.value if isinstance(node, yaml.ScalarNode) else None)

    def locate(self, path: Path = ()) -> Location:
        """The location of the value at `path`, with its line: what is said of it later is shown there."""
        spot = self.spot(path)
        return replace(spot.where, excerpt=spot.excerpt)

    def locate_spec(self, path: Path) -> Location:
        """The location of a path below `spec`; `tags` stand under `metadata`."""
        return self.locate(document_path(path))

    def locate_in(self, path: Path, text: str, start: int, end: int) -> Location:
        """The location of a stretch of the text at a path below `spec`.

        Exact in a literal block (|) and in a text of one line without escapes; else where the text begins.
        """
        owner = self.owner(document_path(path))
        whole = owner.spot(document_path(path))
        begin, number = text.rfind("\n", 0, start) + 1, text.count("\n", 0, start)
        line = text[begin:].partition("\n")[0]
        in_block = whole.excerpt[whole.where.column - 1 :].startswith("|")
        # A block begins below its mark, and its lines are those of the text.
        row, after = (whole.where.line + number, 0) if in_block else (whole.where.line - 1, whole.where.column - 1)
        lines = owner.file.text.split("\n")
        written = lines[row].rstrip("\r") if row < len(lines) else ""
        column = written.find(line.rstrip(), after)
        if column < 0 or not line.strip() or (not in_block and "\n" in text.rstrip("\n")):
            return replace(whole.where, excerpt=whole.excerpt)
        length = max(1, min(end, begin + len(line)) - start)
        return Location(owner.file.name, row + 1, column + start - begin + 1, length, written[:_EXCERPT])

    def _spot_of(self, node: yaml.Node) -> Spot:
        start, end = node.start_mark, node.end_mark
        index = self.start + start.index
        if end.line == start.line:
            length = end.column - start.column
        else:  # to the end of its first line
            stop = self.file.text.find("\n", index)
            length = (stop if stop >= 0 else len(self.file.text)) - index
        return self.file.spot(index, self.line + start.line, start.column, length)


def document_path(spec_path: Path) -> Path:
    """Where a path of the spec model stands in the document: tags under `metadata`, all else under `spec`."""
    return ("metadata" if spec_path[:1] == ("tags",) else "spec", *spec_path)


def _is_block(node: yaml.Node) -> bool:
    return isinstance(node, yaml.CollectionNode) and not node.flow_style


def _follow(root: yaml.Node, path: Path) -> tuple[yaml.Node, yaml.Node | None, bool]:
    """The node at `path`, the node of the last key passed, and whether the whole path was found."""
    node, last_key = root, None
    for part in path:
        step = _step(node, part)
        if step is None:
            return node, last_key, False
        key, node = step
        last_key = key if key is not None else node  # an item of a list has no key: it stands for itself
    return node, last_key, True


def _step(node: yaml.Node, part: str | int) -> tuple[yaml.Node | None, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        pairs: list[tuple[Any, yaml.Node]] = node.value
        return next(((k, v) for k, v in pairs if k.value == part), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return None, node.value[part]
    return None
