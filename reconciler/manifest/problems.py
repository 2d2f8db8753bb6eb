"""pydantic's findings in plain words, each at its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from pydantic import ValidationError

from reconciler.core.declared import Path
from reconciler.core.diagnostic import Diagnostic
from reconciler.core.suggest import did_you_mean, short, shown
from reconciler.manifest.build import UNREADABLE
from reconciler.manifest.fields import Model, Shape, choices, keys_at, refusals_at, shape_at, words
from reconciler.manifest.place import Place, Spot, report

# pydantic's names (pydantic_core.ErrorType) of "this is another sort of value".
_TYPE_ERRORS = ("_type", "int_from_float", "_parsing")


class Problems:
    """Explains the ValidationErrors of one document. `to_document` tells where a path of the model is written.

    A sweep validates the same document once for each point; what is in `said` is not said again.
    """

    def __init__(
        self, model: Model, place: Place, to_document: Callable[[Path], Path], said: set[tuple[Path, str]]
    ) -> None:
        self._model = model
        self._place = place
        self._to_document = to_document
        self._said = said

    def explain(
        self, error: ValidationError, value: Any, address: str, skip: frozenset[Path] = frozenset()
    ) -> Iterator[Diagnostic]:
        """A diagnostic for each finding that is new and not at one of the paths in `skip`, which are as written."""
        here: set[Path] = set()
        items = [(_real_path(item["loc"], item["type"], value), item) for item in error.errors(include_url=False)]
        above = {path[:depth] for path, _ in items for depth in range(len(path))}
        for path, item in items:
            kind = item["type"]
            if path in above and kind.endswith("_type"):
                continue  # of a union, the alternatives that came less far into the value
            written = self._to_document(path)
            new = path not in here and (written, kind) not in self._said
            if not new or _holds_unreadable(item["input"]) or _concerned(written, skip):
                continue
            here.add(path)
            self._said.add((written, kind))
            if item["loc"][-1:] == ("[key]",):
                yield self._bad_key(path, item, address)
            elif kind == "extra_forbidden":
                yield self._unknown_key(path, address)
            elif kind == "missing":
                yield self._missing_key(path, address)
            else:
                yield self._bad_value(path, kind, item, address)

    def _unknown_key(self, path: Path, address: str) -> Diagnostic:
        refused = refusals_at(self._model, path[:-1]).get(str(path[-1]))
        remedy = refused or did_you_mean(str(path[-1]), keys_at(self._model, path[:-1]), "Remove it.")
        within = dotted(self._to_document(path)[:-1])
        detail = f'"{short(str(path[-1]))}" is no key of {within or "this document"}.'
        spot = self._spot(path, key=True)
        if refused:  # its line holds a secret, and diagnostics end up in logs and comments
            spot = Spot(spot.where)
        return report("manifest/unknown-key", detail, remedy, spot, address=address)

    def _missing_key(self, path: Path, address: str) -> Diagnostic:
        shape = shape_at(self._model, path)
        within = dotted(self._to_document(path)[:-1])
        detail = f'{within or "The document"} has no "{path[-1]}".'
        remedy = f'Add "{path[-1]}": {words(shape)}.' if shape else f'Add "{path[-1]}".'
        spot = self._place.missing(self._to_document(path))
        return report("manifest/missing-key", detail, remedy, spot, address=address)

    def _bad_key(self, path: Path, item: Any, address: str) -> Diagnostic:
        within = dotted(self._to_document(path)[:-1])
        reason = item.get("ctx", {}).get("error", "this key is not allowed")
        return report("manifest/invalid-value", f"{within}: {reason}.", "", self._spot(path, key=True), address=address)

    def _bad_value(self, path: Path, kind: str, item: Any, address: str) -> Diagnostic:
        spot = self._spot(path)
        name = dotted(self._to_document(path))
        if kind == "value_error":  # a rule of the model, already in plain words
            return report("manifest/invalid-value", f"{name}: {item['ctx']['error']}.", "", spot, address=address)
        shape = shape_at(self._model, path) or Shape(Any)
        found = item["input"]
        what = f"{len(found):,}" if isinstance(found, list) and kind == "too_long" else shown(found)
        detail = f"{name}: expected {words(shape)}, found {what}."
        wrong_type = any(mark in kind for mark in _TYPE_ERRORS)
        code = "manifest/wrong-type" if wrong_type else "manifest/invalid-value"
        return report(code, detail, _remedy(shape, found), spot, address=address)

    def _spot(self, path: Path, *, key: bool = False) -> Spot:
        return self._place.spot(self._to_document(path), key=key)


def dotted(path: Path) -> str:
    """`spec.run.retry.on[0]`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{short(part)}"
    return text.removeprefix(".")


def _remedy(shape: Shape, found: Any) -> str:
    allowed = choices(shape)
    if allowed:
        return did_you_mean(found, allowed, "") if isinstance(found, str) else ""
    if isinstance(found, float) and found.is_integer() and "whole number" in words(shape):
        return f"Write {int(found)}."
    if isinstance(found, str) and "_" in found and found.replace("_", "").isdigit() and "number" in words(shape):
        return f"Write {found.replace('_', '')}: YAML 1.2 knows no _ in numbers."
    if isinstance(found, str) and found.strip().lstrip("+-").isdigit() and "number" in words(shape):
        return "Remove the quotes."
    if isinstance(found, bool | int | float) and words(shape).startswith("a text"):
        return "Put it in quotes."
    return ""


def _real_path(loc: tuple[str | int, ...], kind: str, value: Any) -> Path:
    """The part of pydantic's path that exists in the document: for unions it adds names of types."""
    path: list[str | int] = []
    for part in loc:
        inside = isinstance(value, dict) and part in value
        if not inside and not (isinstance(value, list) and isinstance(part, int) and part < len(value)):
            if kind == "missing" and part == loc[-1]:
                path.append(part)
            continue
        path.append(part)
        value = value[part]
    return tuple(path)


def _holds_unreadable(found: Any) -> bool:
    if isinstance(found, dict):
        return any(_holds_unreadable(item) for item in found.values())
    return found is UNREADABLE or (isinstance(found, list) and UNREADABLE in found)


def _concerned(path: Path, skip: frozenset[Path]) -> bool:
    """Whether the finding is at, above or below a value that was complained of already."""
    return any(path[: len(other)] == other or other[: len(path)] == path for other in skip)
