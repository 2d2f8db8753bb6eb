"""The values of a project's variables: `--var`, else QCTL_VAR_name, else the default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.core.address import Scalar
from reconciler.core.diagnostic import Diagnostic
from reconciler.core.suggest import did_you_mean, shown
from reconciler.manifest.place import Place, report
from reconciler.manifest.project import Variable, fits
from reconciler.manifest.scalars import RefusedScalar, plain

ENVIRONMENT_PREFIX = "QCTL_VAR_"


@dataclass(frozen=True, slots=True)
class Variables:
    """Values by name. `declared` is None while no project could be read: then nothing is known about names."""

    values: Mapping[str, Scalar] = field(default_factory=dict)
    declared: frozenset[str] | None = None


def resolve_variables(
    declared: Mapping[str, Variable],
    given: Mapping[str, str],
    environment: Mapping[str, str],
    place: Place,
    found: list[Diagnostic],
) -> Variables:
    """The value of each variable. What has none, or one of the wrong type, is added to `found`."""
    for name in sorted(set(given) - set(declared)):
        detail = f'--var gives a value to "{name}", which the project does not declare.'
        found.append(report("variable/unknown", detail, did_you_mean(name, declared, "Declare it in spec.variables.")))
    values: dict[str, Scalar] = {}
    for name, variable in declared.items():
        source, text = given_from(name, given, environment)
        value = variable.default if text is None else _read(variable.type, text)
        spot = place.spot(("spec", "variables", name), key=True)
        if value is not None:
            values[name] = value
        elif text is None:
            detail = f'The variable "{name}" has no default, and no value was given.'
            remedy = f"Pass --var {name}=VALUE or set {ENVIRONMENT_PREFIX}{name}."
            found.append(report("variable/no-value", detail, remedy, spot))
        else:
            detail = f'The variable "{name}" is of type {variable.type}; {source} gives it {shown(text)}.'
            found.append(report("variable/invalid-value", detail, "", spot))
    return Variables(values, frozenset(declared))


def given_from(name: str, given: Mapping[str, str], environment: Mapping[str, str]) -> tuple[str, str | None]:
    """What gives a variable its value, and the text that it gives; None: nothing does."""
    if name in given:
        return "--var", given[name]
    key = ENVIRONMENT_PREFIX + name
    return key, environment.get(key)


def _read(type_name: str, text: str) -> Scalar | None:
    """The value a text stands for, read as YAML would read it; None if it is not of the type."""
    if type_name == "string":
        return text
    try:
        value = plain(text.strip())
    except RefusedScalar:
        return None
    return value if value is not None and fits(type_name, value) else None
