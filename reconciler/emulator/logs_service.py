"""The subset of CloudWatch Logs that shows what hybrid jobs write."""

import json
import uuid
from collections.abc import Callable, Mapping
from functools import cache, partial
from types import MappingProxyType
from typing import Any

from botocore.loaders import Loader
from botocore.model import ServiceModel

from reconciler.emulator import logs, logs_query
from reconciler.emulator.clock import moment
from reconciler.emulator.message import Request, Response
from reconciler.emulator.service import Prepared
from reconciler.emulator.wire.error import ServiceError
from reconciler.emulator.wire.validate import validate
from reconciler.emulator.world import Session

_TARGET = "Logs_20140328."
_MOST_STREAMS, _MOST_EVENTS = 50, 10_000


def prepare(request: Request) -> Prepared:
    name = request.headers.get("x-amz-target", "").removeprefix(_TARGET)
    try:
        return Prepared(name, partial(_answer, name, _read(name, request.body), request.scope.region))
    except ServiceError as error:
        return Prepared(name if name in _OPERATIONS else "?", partial(_answer_error, error))


@cache
def _model() -> ServiceModel:
    return ServiceModel(Loader().load_service_model("logs", "service-2"), "logs")


def _read(name: str, body: bytes) -> dict[str, Any]:
    if name not in _OPERATIONS:
        raise ServiceError("UnknownOperationException", f"The local cloud has no {name[:80]!r} of CloudWatch Logs.")
    try:
        asked = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        asked = None
    if not isinstance(asked, dict):
        raise ServiceError("SerializationException", "The body is not a JSON object")
    try:
        validate(_model().operation_model(name), asked)
    except ServiceError as error:
        raise ServiceError("InvalidParameterException", error.message) from error
    return asked


def _answer(name: str, asked: dict[str, Any], region: str, session: Session) -> Response:
    try:
        return _json(200, _OPERATIONS[name](session, region, asked))
    except ServiceError as error:
        return _answer_error(error, session)


def _answer_error(error: ServiceError, _session: Session) -> Response:
    return _json(400, {"__type": error.code, "message": error.message})


def _json(status: int, document: Mapping[str, Any]) -> Response:
    return Response(status, {"content-type": "application/x-amz-json-1.1"}, json.dumps(document).encode())


def _describe_streams(session: Session, region: str, asked: Mapping[str, Any]) -> Mapping[str, Any]:
    _check_group(asked)
    found = logs.streams(session.connection, region, asked.get("logStreamNamePrefix", ""))
    if asked.get("orderBy") == "LastEventTime":
        found.sort(key=lambda stream: stream.last)
    if asked.get("descending"):
        found.reverse()
    start, limit = _position(asked, "n"), asked.get("limit", _MOST_STREAMS)
    answer: dict[str, Any] = {"logStreams": [_stream(region, one) for one in found[start : start + limit]]}
    return answer | ({"nextToken": f"n/{start + limit}"} if len(found) > start + limit else {})


def _stream(region: str, stream: logs.Stream) -> dict[str, Any]:
    return {
        "logStreamName": stream.name,
        "creationTime": stream.first,
        "firstEventTimestamp": stream.first,
        "lastEventTimestamp": stream.last,
        "arn": f"arn:aws:logs:{region}:123456789012:log-group:{logs.GROUP}:log-stream:{stream.name}",
    }


def _get_events(session: Session, region: str, asked: Mapping[str, Any]) -> Mapping[str, Any]:
    """A page in the order of the lines. At either end, the token that was given comes back: that is how one knows."""
    _check_group(asked)
    name, token = asked["logStreamName"], asked.get("nextToken", "")
    if not any(one.name == name for one in logs.streams(session.connection, region, name)):
        raise ServiceError("ResourceNotFoundException", "The specified log stream does not exist.")
    backward = token.startswith("b/") if token else not asked.get("startFromHead", False)
    span = logs.Span(asked.get("startTime", 0), asked.get("endTime", logs.Span().end))
    if token:
        place = _position(asked, "b" if backward else "f")
        span = span._replace(before=place) if backward else span._replace(after=place)
    limit = asked.get("limit", _MOST_EVENTS)
    found = logs.events(session.connection, region, name, span, limit, newest=backward)
    nowhere = (span.before if backward else span.after + 1), span.after
    first, last = (found[0].seq, found[-1].seq) if found else nowhere
    return {
        "events": [{"timestamp": one.at, "message": one.message, "ingestionTime": one.at} for one in found],
        "nextForwardToken": f"f/{last}",
        "nextBackwardToken": f"b/{first}",
    }


def _start_query(session: Session, region: str, asked: Mapping[str, Any]) -> Mapping[str, Any]:
    _check_group(asked)
    logs_query.parse(asked["queryString"])
    id_ = str(uuid.uuid4())
    session.connection.execute("INSERT INTO log_query VALUES (?, ?, ?)", (id_, region, json.dumps(asked)))
    return {"queryId": id_}


def _get_results(session: Session, region: str, asked: Mapping[str, Any]) -> Mapping[str, Any]:
    """Newest first, as the service answers a query that says nothing of an order."""
    row = session.connection.execute(
        "SELECT request FROM log_query WHERE id = ? AND region = ?", (asked["queryId"], region)
    ).fetchone()
    if row is None:
        raise ServiceError("ResourceNotFoundException", "The specified query does not exist.")
    query = json.loads(row[0])
    filters = logs_query.parse(query["queryString"])
    # In seconds, and the last one is in.
    span = logs.Span(query["startTime"] * 1000, (query["endTime"] + 1) * 1000)
    found = []
    for stream in logs.streams(session.connection, region, ""):
        if all(one.fits(stream.name) for one in filters if one.field == "@logStream"):
            found += logs.events(session.connection, region, stream.name, span, _MOST_EVENTS)
    fitting = [event for event in found if all(one.fits(event.message) for one in filters if one.field == "@message")]
    fitting.sort(key=lambda event: (event.at, event.seq), reverse=True)
    return {"status": "Complete", "results": [_row(event) for event in fitting[: query.get("limit", 1000)]]}


def _row(event: logs.Event) -> list[dict[str, str]]:
    time = moment(event.at).isoformat(sep=" ", timespec="milliseconds").removesuffix("+00:00")
    return [
        {"field": "@timestamp", "value": time},
        {"field": "@message", "value": event.message},
        {"field": "@ptr", "value": str(event.seq)},
    ]


def _check_group(asked: Mapping[str, Any]) -> None:
    if asked.get("logGroupName") != logs.GROUP:
        raise ServiceError("ResourceNotFoundException", "The specified log group does not exist.")


def _position(asked: Mapping[str, Any], kind: str) -> int:
    token = asked.get("nextToken", f"{kind}/0")
    number = token.removeprefix(f"{kind}/")
    if not token.startswith(f"{kind}/") or not (number.isdecimal() and len(number) < 20):
        raise ServiceError("InvalidParameterException", "The specified nextToken is invalid.")
    return int(number)


_OPERATIONS: Mapping[str, Callable[[Session, str, Mapping[str, Any]], Mapping[str, Any]]] = MappingProxyType(
    {
        "DescribeLogStreams": _describe_streams,
        "GetLogEvents": _get_events,
        "StartQuery": _start_query,
        "GetQueryResults": _get_results,
    }
)
