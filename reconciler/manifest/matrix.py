"""A matrix to its points: the product of its lists, each point keyed by its values."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from itertools import product
from typing import Any

from reconciler.core.address import Scalar, key_text
from reconciler.core.declared import Path
from reconciler.core.diagnostic import Diagnostic
from reconciler.core.suggest import short, shown
from reconciler.manifest.place import Place, report
from reconciler.manifest.problems import dotted

MAX_POINTS = 100_000

Point = dict[str, Scalar]
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PATH: Path = ("spec", "matrix")


def check_matrix(
    matrix: Any, place: Place, address: str, room: int = MAX_POINTS, path: Path = _PATH
) -> list[Diagnostic]:
    """Everything wrong with the matrix at a path of the document; nothing if its points can be listed.

    `room` is what other sweeps left.
    """
    if not isinstance(matrix, dict) or not matrix:
        detail = f"{dotted(path)}: expected a mapping of names to lists of values, found {shown(matrix)}."
        return [report("matrix/invalid", detail, "", place.spot(path), address=address)]
    found = [problem for name, values in matrix.items() for problem in _check_list(name, values, place, address, path)]
    if found:
        return found
    count = math.prod(len(values) for values in matrix.values())
    if count <= room:
        return []
    detail = f"The matrix has {count:,} points; at most {MAX_POINTS:,} are allowed, each a run to pay for."
    if count <= MAX_POINTS:
        detail = (
            f"The matrix has {count:,} points, and the sweeps read before it have {MAX_POINTS - room:,}; a project has "
            f"at most {MAX_POINTS:,}, each a run to pay for."
        )
    return [report("matrix/too-large", detail, "Shorten its lists.", place.spot(path, key=True), address=address)]


def points(matrix: dict[str, list[Scalar]]) -> Iterator[tuple[Point, tuple[tuple[str, str], ...]]]:
    """The values of each point with its address key. The matrix has been checked."""
    names = sorted(matrix)
    keyed = [[(value, (name, key_text(value))) for value in matrix[name]] for name in names]
    for combination in product(*keyed):
        key = tuple(pair for _, pair in combination)
        yield {name: value for name, (value, _) in zip(names, combination, strict=True)}, key


def _check_list(name: str, values: Any, place: Place, address: str, path: Path) -> Iterator[Diagnostic]:
    written = dotted((*path, name))
    if not _NAME.fullmatch(name):
        detail = f'"{short(name)}" is no matrix name: letters, digits and _, no digit first.'
        yield report("matrix/invalid", detail, "Rename it.", place.spot((*path, name), key=True), address=address)
    if not isinstance(values, list) or not values:
        detail = f"{written}: expected a list with at least one value, found {shown(values)}."
        yield report("matrix/invalid", detail, "", place.spot((*path, name)), address=address)
        return
    seen: dict[tuple[bool | str, Scalar], int] = {}
    for index, value in enumerate(values):
        spot_path = (*path, name, index)
        if not isinstance(value, str | int | float):
            detail = f"{written}[{index}]: expected a text, a number or true or false, found "
            yield report("matrix/invalid", f"{detail}{shown(value)}.", "", place.spot(spot_path), address=address)
            continue
        # 1 and 1.0 are one value and would be paid twice; true and "1" are others.
        same = (isinstance(value, bool) or ("text" if isinstance(value, str) else "number"), value)
        if same in seen:
            detail = f"{written} holds {shown(value)} twice, at positions {seen[same] + 1} and "
            detail += f"{index + 1}: two points would have one address, or pay twice for one run."
            yield report("matrix/duplicate", detail, "Remove one.", place.spot(spot_path), address=address)
        seen.setdefault(same, index)
