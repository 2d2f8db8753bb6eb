import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.utils import parse_timestamp

from reconciler.emulator.message import Request
from reconciler.emulator.wire.error import ServiceError, invalid
from reconciler.emulator.wire.route import Route


def parse(route: Route, request: Request) -> dict[str, Any]:
    """The parameters of a request, shaped as botocore's client was given them; not yet validated.

    Raises ServiceError when the text can't be read: SerializationException for a body that is not a JSON object,
    ValidationException for a number or a time that isn't one.
    """
    shape = route.operation.input_shape
    if shape is None:
        return {}
    query = parse_qs(request.query, keep_blank_values=True)
    body = _body(request.body) if _has_body(shape) else {}
    found = {}
    for name, member in shape.members.items():
        value = _locate(name, member, route.labels, query, request.headers, body)
        if value is not None:
            found[name] = value
    return found


def _has_body(shape: StructureShape) -> bool:
    return any("location" not in member.serialization for member in shape.members.values())


def _body(text: bytes) -> Mapping[str, Any]:
    if not text:
        return {}
    try:
        body = json.loads(text)
        if b"\\u" in text:
            # Half of a surrogate pair is a legal escape but no text: nothing could store it or send it back.
            json.dumps(body, ensure_ascii=False).encode()
    # RecursionError: thousands of open brackets are cheap to send and must not take the server down.
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise ServiceError("SerializationException", "The body is not a JSON object")
    return body


def _locate(
    name: str,
    member: Shape,
    labels: Mapping[str, str],
    query: Mapping[str, list[str]],
    headers: Mapping[str, str],
    body: Mapping[str, Any],
) -> Any:
    key = member.serialization.get("name", name)
    match member.serialization.get("location"):
        case "uri":
            return _scalar(member, labels.get(key))
        case "header":
            return _scalar(member, headers.get(key.lower()))
        case "querystring":
            values = query.get(key)
            if values is None:
                return None  # absent is absent, not an empty list
            if isinstance(member, ListShape):
                return [_scalar(member.member, value) for value in values]
            return _scalar(member, values[0])
    return _value(member, body.get(key))


def _scalar(shape: Shape, text: str | None) -> Any:
    """A value that travelled as text in the path, the query or a header."""
    if text is None:
        return None
    try:
        match shape.type_name:
            case "integer" | "long":
                return int(text)
            case "boolean":
                return {"true": True, "false": False}[text]
            case "timestamp":
                return parse_timestamp(text)
    except (ValueError, KeyError) as problem:
        raise invalid(f"'{text}' is not a {shape.type_name}") from problem
    return text


def _value(shape: Shape, value: Any) -> Any:
    """A value of a JSON body. One of the wrong type is left as it is: validation names it better."""
    match shape, value:
        case StructureShape(), dict():
            return _structure(shape, value)
        case ListShape(), list():
            return [_value(shape.member, item) for item in value]
        case MapShape(), dict():
            return {key: _value(shape.value, item) for key, item in value.items()}
    if shape.type_name == "timestamp" and value is not None and not isinstance(value, bool):
        return _time(value)
    return value


def _structure(shape: StructureShape, value: Mapping[str, Any]) -> dict[str, Any]:
    found = {
        name: _value(member, value.get(member.serialization.get("name", name)))
        for name, member in shape.members.items()
    }
    return {name: item for name, item in found.items() if item is not None}


def _time(value: Any) -> Any:
    try:
        return parse_timestamp(value)
    except (ValueError, TypeError, OverflowError, RuntimeError) as problem:
        raise invalid(f"'{value}' is not a time") from problem
