import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Literal

from reconciler.emulator.faults import Rule
from reconciler.emulator.message import ConnectionLost, Response
from reconciler.emulator.pasqal.jsend import Refused
from reconciler.emulator.pasqal.jsend import failure as jsend_failure

_PAGE = Response(200, {"content-type": "text/html"}, b"<html><body><h1>Welcome to the proxy</h1></body></html>")
_LOST: Mapping[str, Literal["closed", "silent", "refused"]] = {
    "reset": "closed",
    "lost": "closed",
    "late": "closed",
    "unreachable": "refused",
    "timeout": "silent",
}
_STATUS = {"throttle": 429, "error-500": 500, "error-503": 503}
_BRAKET_CODES = {
    400: ("ValidationException", "The request is not valid"),
    402: ("ServiceQuotaExceededException", "You have exceeded a service quota"),
    403: ("AccessDeniedException", "You are not authorized to perform this operation"),
    429: ("ThrottlingException", "Rate exceeded"),
    500: ("InternalServiceException", "An unexpected error occurred"),
    503: ("ServiceUnavailableException", "The service is unavailable"),
}
# Others than 429: S3 and its kin say SlowDown, and the JSON protocol of CloudWatch Logs has no other status.
_THROTTLED = {"s3": 503, "sts": 503, "iam": 503, "logs": 400}
_S3_CODES = {403: "AccessDenied", 500: "InternalError", 503: "SlowDown"}


def render(rule: Rule, service: str) -> Response | ConnectionLost:
    """What a client gets instead of an answer."""
    effect = rule.effect.removesuffix("-after")
    if effect in _LOST and not rule.status:
        return ConnectionLost(_LOST[effect], rule.seconds if effect == "timeout" else 0.0)
    if effect == "garbage":
        return _PAGE
    status = rule.status or _STATUS[effect]
    if effect == "throttle":
        status = _THROTTLED.get(service, status)
    answer = _page(status) if rule.html else failure(service, status)
    waiting = {} if rule.retry_after is None else {"retry-after": str(rule.retry_after)}
    return Response(answer.status, answer.headers | waiting, answer.body)


def failure(service: str, status: int, message: str = "") -> Response:
    """An error of the service as it writes them."""
    phrase = HTTPStatus(status).phrase
    if service == "pasqal":
        return jsend_failure(Refused(status, message or f"{phrase}."))
    if service == "braket":
        return _braket(status, message)
    if service == "logs":
        return _logs(status, message)
    code = _S3_CODES.get(status, phrase.replace(" ", ""))
    text = message or ("Please reduce your request rate." if code == "SlowDown" else phrase)
    body = f"<Error><Code>{code}</Code><Message>{text}</Message></Error>"
    return Response(status, {"content-type": "application/xml"}, body.encode())


def _braket(status: int, message: str) -> Response:
    # Here, because botocore's model takes long to import, and Pasqal's requests do not need it.
    from reconciler.emulator.wire.error import ServiceError
    from reconciler.emulator.wire.serialise import serialise_error

    phrase = HTTPStatus(status).phrase
    code, text = _BRAKET_CODES.get(status, (phrase.replace(" ", ""), phrase))
    answer = serialise_error(ServiceError(code, message or text))
    return Response(status, answer.headers, answer.body)


def _logs(status: int, message: str) -> Response:
    code = {400: "ThrottlingException", 503: "ServiceUnavailableException"}.get(status, "InternalFailure")
    body = {"__type": code, "message": message or HTTPStatus(status).phrase}
    return Response(status, {"content-type": "application/x-amz-json-1.1"}, json.dumps(body).encode())


def _page(status: int) -> Response:
    text = f"<html><body><h1>{status} {HTTPStatus(status).phrase}</h1></body></html>"
    return Response(status, {"content-type": "text/html"}, text.encode())
