import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Violation:
    """Where a document breaks Pulser's schema, and how, in a sentence without its end."""

    path: tuple[str | int, ...]
    reason: str


def schema_folder() -> Path | None:
    """Pulser's schema files; None where Pulser is not installed. Pulser is not imported."""
    # Asked for a part of it, find_spec would import the whole package.
    found = find_spec("pulser")
    places = found.submodule_search_locations if found else None
    folder = Path(next(iter(places))) / "json" / "abstract_repr" / "schemas" if places else None
    return folder if folder is not None and (folder / "sequence-schema.json").is_file() else None


def violation(document: dict[str, Any], folder: Path) -> Violation | None:
    """The most telling place where a document is no sequence in Pulser's schema."""
    errors = list(_validator(folder).iter_errors(document))
    return _explain(errors) if errors else None


@cache
def _validator(folder: Path) -> Any:
    # Imported here because they take 0.1 s, and most runs of qctl check no sequence. jsonschema ships no types.
    from referencing import Registry, Resource
    from referencing.jsonschema import DRAFT7

    files = {file.name: json.loads(file.read_text("utf-8")) for file in folder.glob("*-schema.json")}
    resources = [(name, Resource.from_contents(content, DRAFT7)) for name, content in files.items()]
    registry: Any = Registry().with_resources(resources)
    return import_module("jsonschema").Draft7Validator(files["sequence-schema.json"], registry=registry)


def _explain(errors: list[Any]) -> Violation:
    """Follow the alternatives of `anyOf` that the document comes nearest to."""
    # An unknown key says more than the required one that it was meant to be.
    error = min(errors, key=lambda each: (each.validator != "additionalProperties", -len(each.absolute_path)))
    if not error.context:
        return Violation((*error.absolute_path, *_unknown_key(error)), _shorten(error))
    branches = list(_branches(error))
    meant = [branch for branch in branches if not any(_names_another(error, each) for each in branch)]
    if meant:
        fewest = min(len(branch) for branch in meant)
        return _explain(next(branch for branch in meant if len(branch) == fewest))
    kinds = [each for branch in branches for each in branch if _is_kind(error, each)]
    if kinds:
        names = sorted({str(each.validator_value) for each in kinds})
        return Violation(tuple(kinds[0].absolute_path), f"{_show(kinds[0].instance)} is none of {', '.join(names)}")
    return Violation(tuple(error.absolute_path), f"{_show(error.instance)} is of another sort than expected")


def _unknown_key(error: Any) -> tuple[str, ...]:
    if error.validator != "additionalProperties":
        return ()
    known = error.schema.get("properties", {})
    return tuple(key for key in error.instance if key not in known)[:1]


def _branches(error: Any) -> Iterator[list[Any]]:
    found: dict[Any, list[Any]] = {}
    for each in error.context:
        found.setdefault(each.schema_path[0], []).append(each)
    yield from found.values()


def _names_another(parent: Any, error: Any) -> bool:
    """Whether the alternative is for another kind of object (`op`, `kind`) or another type of value."""
    return _is_kind(parent, error) or (error.validator == "type" and len(error.path) == 0)


def _is_kind(parent: Any, error: Any) -> bool:
    own = len(error.absolute_path) - len(parent.absolute_path)
    return error.validator == "const" and own == 1 and error.absolute_path[-1] in ("op", "kind")


def _shorten(error: Any) -> str:
    if isinstance(error.instance, dict | list) and error.validator not in ("required", "additionalProperties"):
        # The library's message would show all of it.
        return f"{_show(error.instance)} breaks the rule {error.validator}: {_show_rule(error.validator_value)}"
    return " ".join(str(error.message).split())[:200]


def _show_rule(value: Any) -> str:
    return json.dumps(value)[:_SHOWN]


def _show(value: Any) -> str:
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    return json.dumps(value)[:_SHOWN]
