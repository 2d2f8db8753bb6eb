"""Frozen dataclasses to plain data and back, by their own annotations: a field that is added later is carried along.

Fields that have their default are left out, and so are those whose metadata says `{"plain": False}`: they hold what is
no data, such as a payload that only its kind understands.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import Enum
from functools import lru_cache
from types import NoneType, UnionType
from typing import Any, Final, TypeVar, Union, get_args, get_origin, get_type_hints

from reconciler.core.address import Address, parse_address

_T = TypeVar("_T")
NOT_PLAIN: Final = {"plain": False}
"""The metadata of a field that is no data."""
_READERS: Final[dict[Any, Callable[[str], Any]]] = {
    Address: parse_address,
    Decimal: Decimal,
    datetime: datetime.fromisoformat,
}


class NotPlain(ValueError):  # noqa: N818 - named after the problem
    """A value that this form can't say, or data that is not what its type says."""


def to_plain(value: Any) -> Any:
    """JSON's own types. Raises NotPlain."""
    if value is None or isinstance(value, bool | int | float) or type(value) is str:
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str | Address | Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, datetime) else _holder_to_plain(value)


def _holder_to_plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        given = (f.name for f in _data_fields(type(value)) if not _is_default(f, value))
        return {name: to_plain(getattr(value, name)) for name in given}
    if isinstance(value, Mapping):
        return {str(to_plain(key)): to_plain(item) for key, item in value.items()}
    if isinstance(value, Set):
        return sorted(map(to_plain, value))
    if isinstance(value, Sequence):
        return [to_plain(item) for item in value]
    raise NotPlain(f"{type(value).__name__} has no plain form")


def from_plain(kind: type[_T], data: Any) -> _T:
    """The value back. Raises NotPlain: the data may be anybody's."""
    try:
        made: _T = _value(kind, data)
    except NotPlain:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError, InvalidOperation) as error:
        raise NotPlain(f"{type(error).__name__}: {error}") from error
    return made


def _value(kind: Any, data: Any) -> Any:
    if kind is Any:
        return data
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return _one_of(inner, data)
    if origin is not None:
        return _collection(origin, inner, data)
    if is_dataclass(kind) and kind is not Address:
        return _dataclass(kind, data)
    return _leaf(kind, data)


def _leaf(kind: Any, data: Any) -> Any:
    read = _READERS.get(kind)
    if read is not None:
        return read(_typed(str, data))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(data)
    if kind is float and isinstance(data, int) and not isinstance(data, bool):
        return float(data)
    return _typed(kind, data)


def _typed(kind: type, data: Any) -> Any:
    if not isinstance(data, kind) or (isinstance(data, bool) and kind is not bool):
        raise NotPlain(f"expected {kind.__name__}, found {type(data).__name__}")
    return data


def _one_of(kinds: tuple[Any, ...], data: Any) -> Any:
    """The first that fits. None is tried only for null, and null only as None."""
    if data is None and NoneType in kinds:
        return None
    for kind in kinds:
        try:
            return _value(kind, data)
        except (NotPlain, KeyError, TypeError, ValueError, InvalidOperation):
            continue
    raise NotPlain("fits none of its types")


def _collection(origin: Any, inner: tuple[Any, ...], data: Any) -> Any:
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {_value(inner[0], key): _value(inner[1], item) for key, item in _typed(dict, data).items()}
    items = _typed(list, data)
    if origin is tuple and Ellipsis not in inner:
        if len(items) != len(inner):
            raise NotPlain(f"expected {len(inner)} values, found {len(items)}")
        return tuple(_value(kind, item) for kind, item in zip(inner, items, strict=True))
    made = [_value(inner[0], item) for item in items]
    return frozenset(made) if isinstance(origin, type) and issubclass(origin, Set) else tuple(made)


def _dataclass(kind: Any, data: Any) -> Any:
    given = _typed(dict, data)
    hints = _hints(kind)
    known = {f.name for f in _data_fields(kind)}
    if unknown := given.keys() - known:
        raise NotPlain(f"{kind.__name__} has no {min(unknown)}")
    return kind(**{name: _value(hints[name], item) for name, item in given.items()})


@lru_cache(maxsize=64)
def _data_fields(kind: Any) -> tuple[Field[Any], ...]:
    return tuple(f for f in fields(kind) if f.metadata.get("plain", True))


@lru_cache(maxsize=64)
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def _is_default(field: Field[Any], value: Any) -> bool:
    default = field.default if field.default_factory is MISSING else field.default_factory()
    return default is not MISSING and bool(getattr(value, field.name) == default)
