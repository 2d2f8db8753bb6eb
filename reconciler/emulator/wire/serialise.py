import json
from collections.abc import Mapping
from datetime import UTC, datetime
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
    shape = operation.output_shape
    body = {} if shape is None else _value(shape, result)
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


def _value(shape: Shape, value: Any) -> Any:
    match shape:
        case StructureShape():
            return _structure(shape, value)
        case ListShape():
            return [_value(shape.member, item) for item in value]
        case MapShape():
            return {key: _value(shape.value, item) for key, item in value.items()}
    return _time(shape, value) if shape.type_name == "timestamp" else value


def _structure(shape: StructureShape, value: Mapping[str, Any]) -> dict[str, Any]:
    return {
        shape.members[name].serialization.get("name", name): _value(shape.members[name], item)
        for name, item in value.items()
        if item is not None
    }


def _time(shape: Shape, value: datetime) -> str | float:
    if shape.serialization.get("timestampFormat") == "iso8601":
        return iso(value)
    # The JSON protocols' own default: seconds since 1970.
    return value.timestamp()


def iso(value: datetime) -> str:
    """ISO 8601 in UTC with milliseconds, as the service writes it: `2026-01-31T09:05:00.250Z`."""
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
