"""An analog program in Braket's JSON, read for the checks: numbers as they are written, each with its path."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from reconciler.core.declared import Path

QUANTITIES: Final = ("amplitude", "phase", "detuning")
_LONGEST: Final = 40  # characters of a number
_LARGEST: Final = 24  # decimal places before or after the point


class AhsUnreadable(Exception):  # noqa: N818 - named after the situation
    """Not a program of this schema: a sentence why, and the path that it is about."""

    def __init__(self, reason: str, path: Path = ()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.path = path


@dataclass(frozen=True, slots=True)
class Series:
    """A quantity over time; `path` is its time series."""

    name: str
    times: tuple[Decimal, ...]
    values: tuple[Decimal, ...]
    path: Path


@dataclass(frozen=True, slots=True)
class Ahs:
    """Sites and filling, the series of each driving field, and whether there is local detuning."""

    sites: tuple[tuple[Decimal, ...], ...]
    filling: tuple[Any, ...]
    fields: tuple[tuple[Series, ...], ...]
    local: Path | None


def read_ahs(text: str) -> Ahs:
    """Raises AhsUnreadable."""
    try:
        document = json.loads(text, parse_float=str, parse_int=str)
    except (ValueError, RecursionError) as error:
        raise AhsUnreadable("it is no JSON") from error
    register = _member(document, ("setup", "ahs_register"))
    fields = _list(document, ("hamiltonian", "drivingFields"))
    return Ahs(
        sites=tuple(_site(site, index) for index, site in enumerate(_list(register, ("sites",), _REGISTER))),
        filling=tuple(_list(register, ("filling",), _REGISTER)),
        fields=tuple(
            tuple(_series(field, name, ("hamiltonian", "drivingFields", index)) for name in QUANTITIES)
            for index, field in enumerate(fields)
        ),
        local=_local(document),
    )


_REGISTER: Final[Path] = ("setup", "ahs_register")


def _local(document: Any) -> Path | None:
    for name in ("localDetuning", "shiftingFields"):
        if document["hamiltonian"].get(name):
            return ("hamiltonian", name)
    return None


def _site(site: Any, index: int) -> tuple[Decimal, ...]:
    path = (*_REGISTER, "sites", index)
    if not isinstance(site, list):
        raise AhsUnreadable("a site is a list of two numbers", path)
    return tuple(_number(part, (*path, place)) for place, part in enumerate(site))


def _series(field: Any, name: str, path: Path) -> Series:
    where = (*path, name, "time_series")
    series = _member(field, (name, "time_series"), path)
    times, values = (
        tuple(_number(value, (*where, key, index)) for index, value in enumerate(_list(series, (key,), where)))
        for key in ("times", "values")
    )
    return Series(name, times, values, where)


def _member(data: Any, path: Path, above: Path = ()) -> Any:
    for index, part in enumerate(path):
        if not isinstance(data, Mapping) or part not in data:
            whole = ".".join(map(str, (*above, *path)))
            raise AhsUnreadable(f"it has no {whole}", (*above, *path[:index]))
        data = data[part]
    return data


def _list(data: Any, path: Path, above: Path = ()) -> list[Any]:
    found = _member(data, path, above)
    if not isinstance(found, list):
        raise AhsUnreadable(f"{'.'.join(map(str, (*above, *path)))} is no list", (*above, *path))
    return found


def _number(value: Any, path: Path) -> Decimal:
    try:
        number = Decimal(value) if isinstance(value, str) and len(value) <= _LONGEST else None
    except InvalidOperation:
        number = None
    # Beyond that it is no quantity of a laboratory, and arithmetic with it could end in an exception.
    if number is None or not number.is_finite() or abs(number.adjusted()) > _LARGEST:
        raise AhsUnreadable(f"{str(value)[:20]!r} is no number", path)
    return number
