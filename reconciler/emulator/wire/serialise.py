import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

from reconciler.emulator.message import Response
from reconciler.emulator.wire.error import ServiceError
from reconciler.emulator.wire.model import braket

_JSON = "application/json"
# Codes that no model lists because the front of every AWS service gives them; the rest of those are 400.
_PROTOCOL = {
    "UnknownOperationException": 404,
    "ServiceUnavailableException": 503,
    "MissingAuthenticationTokenException": 403,
}


def serialise(operation: OperationModel, result: Mapping[str, Any]) -> Response:
    """The answer of an operation that went well, on the wire."""
    write = _writers(operation.name)
    body = result if write is None else write(result)
    return Response(operation.http.get("responseCode", 200), {"content-type": _JSON}, _dump(body))


def serialise_error(error: ServiceError) -> Response:
    """An error on the wire: its code in a header, its message in the body, its status from the model."""
    body = {"message": error.message} | dict(error.members)
    return Response(_status(error.code), {"content-type": _JSON, "x-amzn-errortype": error.code}, _dump(body))


def _status(code: str) -> int:
    shape = next((shape for shape in braket().error_shapes if shape.name == code), None)
    return _PROTOCOL.get(code, 400) if shape is None else int(shape.metadata["error"]["httpStatusCode"])


def _dump(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


# Turns a value into what JSON can hold; None where that is the value itself. Made once for each operation: a page of
# a hundred tasks has a thousand members, and asking each one's shape again took most of the time of a search.
_Writer = Callable[[Any], Any] | None


@cache
def _writers(operation: str) -> _Writer:
    shape = braket().operation_model(operation).output_shape
    return None if shape is None else _writer(shape)


def _writer(shape: Shape) -> _Writer:
    match shape:
        case StructureShape():
            return _structure_writer(shape)
        case ListShape():
            item = _writer(shape.member)
            return None if item is None else lambda values: [item(value) for value in values]
        case MapShape():
            entry = _writer(shape.value)
            return None if entry is None else lambda values: {key: entry(value) for key, value in values.items()}
    if shape.type_name != "timestamp":
        return None
    # Seconds since 1970 are the JSON protocols' own default.
    return iso if shape.serialization.get("timestampFormat") == "iso8601" else datetime.timestamp


def _structure_writer(shape: StructureShape) -> _Writer:
    members = {
        name: (member.serialization.get("name", name), _writer(member)) for name, member in shape.members.items()
    }

    def write(value: Mapping[str, Any]) -> dict[str, Any]:
        written = {}
        for name, item in value.items():
            if item is not None:
                key, inner = members[name]
                written[key] = item if inner is None else inner(item)
        return written

    return write


def iso(value: datetime) -> str:
    """ISO 8601 in UTC with milliseconds, as the service writes it: `2026-01-31T09:05:00.250Z`."""
    return value.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
