import json
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

# The longest and largest number that is read: what is beyond stands for no quantity of a laboratory.
_LONGEST = 40
_LARGEST = 24


class Series(NamedTuple):
    """One quantity over time: where it stands, and its times and values in SI units."""

    name: str
    times: Sequence[Decimal]
    values: Sequence[Decimal]


class AhsProgram(NamedTuple):
    sites: Sequence[tuple[Decimal, ...]]
    filling: Sequence[Any]
    driving: Sequence[Mapping[str, Series]]
    local: int


def read_ahs(text: str) -> AhsProgram | None:
    """None for what is not of the schema `braket.ir.ahs.program`."""
    try:
        document = json.loads(text, parse_float=Decimal)
        register, hamiltonian = document["setup"]["ahs_register"], document["hamiltonian"]
        return AhsProgram(
            sites=[tuple(map(_number, site)) for site in register["sites"]],
            filling=list(register["filling"]),
            driving=[
                {name: _series(name, field[name]) for name in ("amplitude", "phase", "detuning")}
                for field in hamiltonian["drivingFields"]
            ],
            local=len(hamiltonian.get("localDetuning") or hamiltonian.get("shiftingFields") or ()),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, InvalidOperation):
        return None


def _series(name: str, field: Mapping[str, Any]) -> Series:
    series = field["time_series"]
    return Series(name, list(map(_number, series["times"])), list(map(_number, series["values"])))


def _number(value: Any) -> Decimal:
    """Raises ValueError for what is no finite number."""
    text = str(value)
    if isinstance(value, bool) or len(text) > _LONGEST:
        raise ValueError(text[:_LONGEST])
    number = Decimal(text)
    if not number.is_finite() or abs(number.adjusted()) > _LARGEST:
        raise ValueError(text)
    return number
