"""The project's document to its model, its variables put in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from reconciler.core.address import Scalar
from reconciler.core.declared import Path
from reconciler.core.diagnostic import Diagnostic
from reconciler.core.reference import Expression, substitute
from reconciler.core.reference import Variable as VariableExpression
from reconciler.core.suggest import did_you_mean
from reconciler.manifest.holes import OPENING, Hole, filled, find_holes
from reconciler.manifest.place import report
from reconciler.manifest.problems import Problems
from reconciler.manifest.project import Project, Variable
from reconciler.manifest.variables import Variables, resolve_variables
from reconciler.manifest.yaml import Document

_VARIABLES = TypeAdapter(dict[str, Variable])


def read_project(
    document: Document, given: Mapping[str, str], environment: Mapping[str, str], found: list[Diagnostic]
) -> tuple[Project | None, Variables]:
    """The project, or None with diagnostics, and the values of its variables."""
    place = document.place
    body = {key: value for key, value in document.value.items() if key in {"metadata", "spec"}}
    variables = _variables(body, document, given, environment, found)
    failed: set[Path] = set()
    if place.holds(OPENING):
        body = _filled(body, variables, document, found, failed)
    try:
        return Project.model_validate(body), variables
    except ValidationError as error:
        problems = Problems(Project, place, lambda path: path, set())
        found.extend(problems.explain(error, body, "", frozenset(failed)))
        return None, variables


def _variables(
    body: dict[str, Any],
    document: Document,
    given: Mapping[str, str],
    environment: Mapping[str, str],
    found: list[Diagnostic],
) -> Variables:
    """The variables come first: the rest of the project may use them."""
    spec = body.get("spec")
    declared = spec.get("variables", {}) if isinstance(spec, dict) else {}
    try:
        models = _VARIABLES.validate_python(declared)
    except ValidationError:
        return Variables()  # explained with the rest of the project
    return resolve_variables(models, given, environment, document.place, found)


def _filled(
    body: dict[str, Any], variables: Variables, document: Document, found: list[Diagnostic], failed: set[Path]
) -> dict[str, Any]:
    changes: list[tuple[Path, Scalar]] = []
    for hole in find_holes(body):
        problem = _problem(hole, variables)
        if problem is None:
            changes.append((hole.path, _text(hole, variables)))
            continue
        failed.add(hole.path)
        code, detail, remedy = problem
        if code:
            found.append(report(code, detail, remedy, document.place.spot(hole.path)))
    result: dict[str, Any] = filled(body, changes)
    return result


def _problem(hole: Hole, variables: Variables) -> tuple[str, str, str] | None:
    """Code, detail and remedy of what keeps a hole open; an empty code where it has been said elsewhere."""
    if hole.problem:
        return "expression/syntax", f"{hole.problem[0].upper()}{hole.problem[1:]}.", ""
    if hole.matrix_names or hole.attributes or hole.path[:1] == ("metadata",) or hole.path[:2] == ("spec", "variables"):
        detail = "A project's settings may use var.NAME only, its metadata and its variables no expression at all."
        return "expression/place", detail, "Write the value."
    unknown = [name for name in hole.variables if variables.declared is not None and name not in variables.declared]
    if unknown:
        remedy = did_you_mean(unknown[0], variables.declared or (), "Declare it in spec.variables.")
        return "variable/unknown", f'The project declares no variable "{unknown[0]}".', remedy
    if any(name not in variables.values for name in hole.variables):
        return "", "", ""
    return None


def _text(hole: Hole, variables: Variables) -> Scalar:
    def value_of(part: Expression) -> Scalar | None:
        return variables.values.get(part.name) if isinstance(part, VariableExpression) else None

    return substitute(hole.text, value_of)
