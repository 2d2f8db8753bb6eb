from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import format_datetime
from xml.sax.saxutils import escape

from reconciler.emulator.message import Response

NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
# Characters that XML 1.0 cannot hold even when escaped; keys may have them, so listings offer encoding-type=url.
_ILLEGAL = {code: None for code in range(32) if code not in (9, 10, 13)} | {0xFFFE: None, 0xFFFF: None}


class S3Error(Exception):
    """An answer in S3's error format. `details` are further elements, such as `BucketName`."""

    def __init__(self, status: int, code: str, message: str, **details: str) -> None:
        super().__init__(f"{code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.details = details


def no_such_bucket(name: str) -> S3Error:
    return S3Error(404, "NoSuchBucket", "The specified bucket does not exist", BucketName=name)


def no_such_key(key: str) -> S3Error:
    return S3Error(404, "NoSuchKey", "The specified key does not exist.", Key=key)


def precondition_failed(condition: str) -> S3Error:
    return S3Error(
        412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold", Condition=condition
    )


def malformed() -> S3Error:
    return S3Error(400, "MalformedXML", "The XML you provided was not well-formed or did not validate")


def error_response(error: S3Error, method: str) -> Response:
    if method == "HEAD":  # an answer to HEAD has no body, so clients see the status alone
        return Response(error.status, {"content-type": "application/xml"}, b"")
    details = "".join(element(name, value) for name, value in error.details.items())
    body = element("Code", error.code) + element("Message", error.message) + details + element("RequestId", "local")
    return _xml(error.status, f"<Error>{body}</Error>")


def document(name: str, content: str) -> Response:
    return _xml(200, f'<{name} xmlns="{NAMESPACE}">{content}</{name}>')


def element(name: str, value: str) -> str:
    """One element with a text; `name` is ours, `value` may be anyone's."""
    return f"<{name}>{escape(value.translate(_ILLEGAL))}</{name}>"


def group(name: str, children: Iterable[str]) -> str:
    return f"<{name}>{''.join(children)}</{name}>"


def iso_time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def http_time(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC), usegmt=True)


def _xml(status: int, text: str) -> Response:
    return Response(status, {"content-type": "application/xml"}, (_DECLARATION + text).encode())
