"""One JSON Schema (2020-12) for every document of a manifest, made from the models; editors complete by it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from reconciler.core.address import NAME
from reconciler.manifest.envelope import API_VERSION
from reconciler.manifest.fields import Model
from reconciler.manifest.overlay import OVERLAY_KIND, OverlaySpec
from reconciler.manifest.policies import POLICY_KIND, PolicySpec
from reconciler.manifest.project import PROJECT_KIND, Metadata, ProjectSpec
from reconciler.manifest.resource import KindModel

Schema = dict[str, Any]

_EXPRESSION: Schema = {"type": "string", "pattern": r"^\$\{\{"}
_ADOPTING: Schema = {
    "import": {
        "type": "object",
        "description": "An existing run that is to be this resource's own; shown in the plan.",
        "required": ["id"],
        "additionalProperties": False,
        "properties": {
            "id": {"type": "string", "description": "Its ARN or id."},
            "accept": {
                "type": "array",
                "items": {"enum": ["program", "experimentalCapabilities"]},
                "description": "What the cloud never tells and is taken on trust.",
            },
        },
    },
    "moved": {
        "type": "array",
        "items": {"type": "string", "pattern": f"^{NAME.pattern}$"},
        "description": "Names that this resource had before, newest first: its runs stay its own.",
    },
}
_DROPPED = frozenset({"title", "default"})  # titles repeat the key; a null default says less than none


def manifest_schema(kinds: Mapping[str, KindModel]) -> Schema:
    """The schema of a document of any kind, chosen by `if`: an editor then complains of that kind only."""
    definitions: Schema = {}
    branches = [
        _branch(PROJECT_KIND, _project(definitions)),
        _branch(OVERLAY_KIND, _overlay(definitions)),
        _branch(POLICY_KIND, _policy(definitions)),
    ]
    branches += [_branch(kind, _resource(kinds[kind].model, definitions)) for kind in sorted(kinds)]
    all_kinds = [PROJECT_KIND, OVERLAY_KIND, POLICY_KIND, *sorted(kinds)]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"qctl manifest {API_VERSION}",
        "type": "object",
        "required": ["apiVersion", "kind", "metadata"],
        "additionalProperties": False,
        "properties": {
            "apiVersion": {"const": API_VERSION, "description": "The version of this format."},
            "kind": {"enum": all_kinds, "description": "What the document declares."},
            "metadata": {"type": "object", "description": "Who it is."},
            "spec": {"type": "object", "description": "What is wanted."},
        },
        "allOf": branches,
        "$defs": {name: definitions[name] for name in sorted(definitions)},
    }


def _branch(kind: str, parts: Schema) -> Schema:
    condition = {"properties": {"kind": {"const": kind}}, "required": ["kind"]}
    return {"if": condition, "then": parts}


def _project(definitions: Schema) -> Schema:
    return {
        "properties": {
            "metadata": _model(Metadata, PROJECT_KIND, definitions),
            "spec": _model(ProjectSpec, PROJECT_KIND, definitions),
        }
    }


def _overlay(definitions: Schema) -> Schema:
    properties = {"name": _name("The name; without spec.environments that of its environment.")}
    metadata = {"type": "object", "required": ["name"], "additionalProperties": False, "properties": properties}
    spec = _model(OverlaySpec, OVERLAY_KIND, definitions)
    return {"required": ["spec"], "properties": {"metadata": metadata, "spec": spec}}


def _policy(definitions: Schema) -> Schema:
    properties = {"name": _name("The name of the policy.")}
    metadata = {"type": "object", "required": ["name"], "additionalProperties": False, "properties": properties}
    spec = _model(PolicySpec, POLICY_KIND, definitions)
    return {"required": ["spec"], "properties": {"metadata": metadata, "spec": spec}}


def _name(description: str) -> Schema:
    return {"type": "string", "pattern": f"^{NAME.pattern}$", "description": description}


def _resource(model: Model, definitions: Schema) -> Schema:
    spec = _model(model, model.__name__, definitions)
    tags = spec["properties"].pop("tags", None)
    name = _name("The name in the resource's address.")
    properties = {"name": name} | ({"tags": tags} if tags else {}) | _ADOPTING
    metadata = {"type": "object", "required": ["name"], "additionalProperties": False, "properties": properties}
    return {"required": ["spec"], "properties": {"metadata": metadata, "spec": spec}}


def _model(model: type[BaseModel], prefix: str, definitions: Schema) -> Schema:
    """The schema of a model; its nested models go to the definitions under a name of their own."""
    schema = model.model_json_schema(by_alias=True, ref_template=f"#/$defs/{prefix}.{{model}}")
    for name, nested in schema.pop("$defs", {}).items():
        definitions[f"{prefix}.{name}"] = _tidy(nested)
    return _tidy(schema)


def _tidy(schema: Schema) -> Schema:
    """Without noise, and with an expression allowed for every value that can be one."""
    kept = {key: value for key, value in schema.items() if key not in _DROPPED or _is_telling(key, value)}
    if "properties" in kept:
        kept["properties"] = {key: _tidy(value) for key, value in kept["properties"].items()}
    for key in ("additionalProperties", "items"):
        if isinstance(kept.get(key), dict):
            kept[key] = _tidy(kept[key])
    if "anyOf" in kept:
        return _alternatives(kept)
    return _or_expression(kept) if _is_leaf(kept) else kept


def _is_telling(key: str, value: Any) -> bool:
    return key == "default" and value not in (None, {}, [])


def _is_leaf(schema: Schema) -> bool:
    return schema.get("type") in {"integer", "number", "boolean"} or "enum" in schema or "const" in schema


def _or_expression(schema: Schema) -> Schema:
    said = ("description", "default")
    outer: Schema = {key: schema.pop(key) for key in said if key in schema}
    return {**outer, "anyOf": [schema, _EXPRESSION]}


def _alternatives(schema: Schema) -> Schema:
    """A union without null (leave the key out instead), flat, with the expression once."""
    options: list[Schema] = []
    for option in schema["anyOf"]:
        tidied = _tidy(option)
        options.extend(tidied.get("anyOf", [tidied]))
    kept = [option for index, option in enumerate(options) if option not in options[:index]]
    return {**schema, "anyOf": [option for option in kept if option != {"type": "null"}]}
