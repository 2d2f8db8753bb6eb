from collections.abc import Mapping
from typing import Any

from reconciler.emulator.braket.context import Context, Operation
from reconciler.emulator.wire.error import invalid, not_found

_TEXT = "{what} are not in this version of the local cloud"


def refuse(what: str) -> Operation:
    """An operation that would make something this cloud does not have."""

    def operation(_context: Context, _asked: Mapping[str, Any]) -> Mapping[str, Any]:
        raise invalid(_TEXT.format(what=what))

    return operation


def miss(what: str) -> Operation:
    """An operation on something that can't exist here."""

    def operation(_context: Context, _asked: Mapping[str, Any]) -> Mapping[str, Any]:
        raise not_found(_TEXT.format(what=what))

    return operation


def none(member: str) -> Operation:
    """A search that finds nothing."""

    def operation(_context: Context, _asked: Mapping[str, Any]) -> Mapping[str, Any]:
        return {member: []}

    return operation
