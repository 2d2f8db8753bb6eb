"""Where a document waits for values: its texts with `${{ … }}`, found once and filled for each point of a sweep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reconciler.core.address import Scalar
from reconciler.core.declared import Path
from reconciler.core.reference import Attribute, Expression, InvalidExpression, MatrixValue, Variable, expressions

OPENING = "${{"


@dataclass(frozen=True, slots=True)
class Hole:
    """A text at a path with the expressions in it; `problem` says why it cannot be read.

    `bound` are the matrix values of the list item it stands in (items.py).
    """

    path: Path
    text: str
    expressions: tuple[Expression, ...]
    problem: str = ""
    bound: Mapping[str, Scalar] = field(default_factory=dict)

    @property
    def attributes(self) -> list[Attribute]:
        """The references to other resources."""
        return [part for part in self.expressions if isinstance(part, Attribute)]

    @property
    def matrix_names(self) -> list[str]:
        """The matrix values asked for."""
        return [part.name for part in self.expressions if isinstance(part, MatrixValue)]

    @property
    def variables(self) -> list[str]:
        """The variables asked for."""
        return [part.name for part in self.expressions if isinstance(part, Variable)]


def find_holes(value: Any, path: Path = ()) -> Iterator[Hole]:
    """Every hole below a value, in document order. An expression in a key is a hole with a problem."""
    if isinstance(value, str):
        if OPENING in value:
            yield _hole(value, path)
    elif isinstance(value, dict):
        for key, item in value.items():
            if OPENING in key:
                yield Hole((*path, key), key, (), "expressions stand in values, not in keys")
            yield from find_holes(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from find_holes(item, (*path, index))


def _hole(text: str, path: Path) -> Hole:
    try:
        parts = tuple(part for _, part in expressions(text))
    except InvalidExpression as error:
        return Hole(path, text, (), str(error))
    if len(parts) != text.count(OPENING):
        return Hole(path, text, (), "an expression has no closing }}")
    return Hole(path, text, parts)


def filled(value: Any, changes: Sequence[tuple[Path, Any]]) -> Any:
    """The value with some leaves replaced. Only the containers on the way are copied; the rest is shared."""
    if not changes:
        return value
    root = _copy(value)
    copied: dict[Path, Any] = {(): root}
    for path, new in changes:
        for depth in range(1, len(path)):
            if path[:depth] not in copied:
                parent = copied[path[: depth - 1]]
                parent[path[depth - 1]] = copied[path[:depth]] = _copy(parent[path[depth - 1]])
        copied[path[:-1]][path[-1]] = new
    return root


def _copy(container: Any) -> Any:
    return dict(container) if isinstance(container, dict) else list(container)
