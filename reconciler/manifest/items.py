"""A matrix over the items of a list: an item that gives one becomes, in its place, one item for each combination."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import product
from typing import Any

from reconciler.core.address import Scalar
from reconciler.core.declared import Path
from reconciler.manifest.fields import EACH, Model, is_model, item_models, keys_of, options, shape_of, values_at
from reconciler.manifest.holes import Hole, filled

MATRIX = "matrix"
Matrix = Mapping[str, Sequence[Scalar]]
Origin = tuple[int, Mapping[str, int]]
"""The index of an item as written, and which value of each list of its matrix it stands for."""

_NO_VALUES: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Origins:
    """Where the items of expanded lists are written; all other paths are as in the document."""

    lists: Mapping[Path, Sequence[Origin]] = field(default_factory=dict)

    def written(self, path: Path) -> Path:
        """Where the value at a path below `spec` stands in the document, as a path below `spec` there."""
        for start, origins in self.lists.items():
            depth = len(start)
            index = path[depth] if len(path) > depth and path[:depth] == start else None
            if isinstance(index, int) and index < len(origins):
                at, chosen = origins[index]
                return (*start, at, *_in_item(path[depth + 1 :], chosen))
        return path


def _in_item(path: Path, chosen: Mapping[str, int]) -> Path:
    """The same below an item: the one value of a point's matrix is one of many in the document."""
    if len(path) == 3 and path[0] == MATRIX and path[1] in chosen:
        return (*path[:2], chosen[str(path[1])])
    return path


AS_WRITTEN = Origins()


@lru_cache(maxsize=64)
def item_lists(model: Model) -> tuple[tuple[str, ...], ...]:
    """Where a spec has lists whose items may give a matrix, as paths of keys."""
    return tuple(_item_lists(model, ()))


def _item_lists(model: Model, prefix: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for key, found in keys_of(model).items():
        for option in options(shape_of(found)):
            if is_model(option.annotation):
                yield from _item_lists(option.annotation, (*prefix, key))
        if any(MATRIX in keys_of(item) for item in item_models(shape_of(found))):
            yield (*prefix, key)


def swept_items(spec: Any, model: Model) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Each item that gives a matrix, with its path."""
    for keys in item_lists(model):
        for path, item in values_at(spec, (*keys, EACH)):
            if isinstance(item, dict) and item.get(MATRIX) is not None:
                yield path, item


def expand_items(
    spec: dict[str, Any], holes: Sequence[Hole], matrices: Mapping[Path, Matrix | None]
) -> tuple[dict[str, Any], list[Hole], Origins]:
    """The spec with its items expanded, its holes where they are then, and where everything is written.

    `matrices`: of each item that gives one, the checked matrix; None for a bad one, which is left out. An expanded item
    keeps its point as a matrix of lists of one value. Its holes know their values (`Hole.bound`).
    """
    starts = {path[:-1] for path in matrices}
    inside: dict[Path, list[Hole]] = defaultdict(list)
    kept: list[Hole] = []
    for hole in holes:
        start = next((path for path in starts if hole.path[: len(path)] == path), None)
        (kept if start is None else inside[hole.path[: len(start) + 1]]).append(hole)
    changes: list[tuple[Path, Any]] = []
    lists: dict[Path, list[Origin]] = {}
    for start in starts:
        items: list[Any] = []
        origins: list[Origin] = []
        for index, item in enumerate(_at(spec, start)):
            at = (*start, index)
            for made, values, chosen in _made(item, at in matrices, matrices.get(at)):
                moved = (*start, len(items))
                items.append(made)
                origins.append((index, chosen))
                kept += [replace(h, path=(*moved, *h.path[len(at) :]), bound=values) for h in inside.get(at, ())]
        changes.append((start, items))
        lists[start] = origins
    return filled(spec, changes), kept, Origins(lists)


def _made(
    item: Any, swept: bool, matrix: Matrix | None
) -> Iterator[tuple[Any, Mapping[str, Scalar], Mapping[str, int]]]:
    """What becomes of one item: each with its values and their positions in the lists."""
    if not swept:
        yield item, _NO_VALUES, _NO_VALUES
    elif matrix is None:
        yield {key: value for key, value in item.items() if key != MATRIX}, _NO_VALUES, _NO_VALUES
    else:
        names = sorted(matrix)  # as the points of a sweep of addresses are ordered
        for positions in product(*(range(len(matrix[name])) for name in names)):
            chosen = dict(zip(names, positions, strict=True))
            values = {name: matrix[name][at] for name, at in chosen.items()}
            yield {**item, MATRIX: {name: [value] for name, value in values.items()}}, values, chosen


def _at(spec: dict[str, Any], path: Path) -> Any:
    value: Any = spec
    for part in path:
        value = value[part]
    return value
