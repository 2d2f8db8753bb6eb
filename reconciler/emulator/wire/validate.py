import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape
from botocore.validate import ParamValidator

from reconciler.emulator.wire.error import invalid

_VALIDATOR = ParamValidator()


def validate(operation: OperationModel, parameters: Mapping[str, Any]) -> None:
    """Raises ServiceError ValidationException that names every constraint of the model the parameters break."""
    shape = operation.input_shape
    if shape is None:
        return
    report = _VALIDATOR.validate(parameters, shape)
    if report.has_errors():
        # Types are wrong or members are missing: the walk below would trip over them.
        raise invalid(" ".join(report.generate_report().splitlines()))
    broken = list(_walk(shape, parameters, ""))
    if broken:
        plural = "s" if len(broken) > 1 else ""
        raise invalid(f"{len(broken)} validation error{plural} detected: {'; '.join(broken)}")


def _walk(shape: Shape, value: Any, place: str) -> Iterator[str]:
    """What botocore's validator leaves to the service: the most, the pattern, the enumeration."""
    yield from _own(shape, value, place)
    match shape:
        case StructureShape():
            for name, item in value.items():
                yield from _walk(shape.members[name], item, f"{place}.{name}" if place else name)
        case ListShape():
            for index, item in enumerate(value, start=1):
                yield from _walk(shape.member, item, f"{place}.{index}.member")
        case MapShape():
            for key, item in value.items():
                yield from _walk(shape.key, key, f"{place}.key")
                yield from _walk(shape.value, item, f"{place}.{key}.member")


def _own(shape: Shape, value: Any, place: str) -> Iterator[str]:
    limits = shape.metadata
    if not limits:
        return
    most, pattern, words = limits.get("max"), limits.get("pattern"), limits.get("enum")
    start = f"Value at '{place}' failed to satisfy constraint: Member must"
    if most is not None:
        if shape.type_name in ("integer", "long", "float", "double"):
            if value > most:
                yield f"{start} have value less than or equal to {most}"
        elif len(value) > most:
            yield f"{start} have length less than or equal to {most}"
    if pattern is not None and not _compiled(pattern).fullmatch(value):
        yield f"{start} satisfy regular expression pattern: {pattern}"
    if words is not None and value not in words:
        yield f"{start} satisfy enum value set: [{', '.join(words)}]"


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.DOTALL)
