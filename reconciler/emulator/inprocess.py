from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import BotoCoreError, ConnectionClosedError, EndpointConnectionError, ReadTimeoutError

from reconciler.emulator.app import handle
from reconciler.emulator.message import ConnectionLost, Request
from reconciler.emulator.world import World

_LOST: Mapping[str, type[BotoCoreError]] = {
    "closed": ConnectionClosedError,
    "silent": ReadTimeoutError,
    "refused": EndpointConnectionError,
}


class _Raw(BytesIO):
    """The body of an answer, as botocore reads it from urllib3."""

    def stream(self) -> Iterator[bytes]:
        yield self.read()


def hook(world: World) -> Callable[..., AWSResponse]:
    """A handler of botocore's `before-send` event that answers instead of the network.

    `client.meta.events.register_first("before-send", hook(world))`, or the same on `session.events`. botocore's own
    serialiser, signer, retries and parser all run; only the socket is left out. Requests to every service reach the
    local cloud, so nothing can leak to the real one.
    """

    def send(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        url = str(request.url)
        try:
            answer = handle(world, to_request(request))
        except ConnectionLost as lost:
            raise _LOST[lost.how](endpoint_url=url) from lost
        headers = HTTPHeaders()
        for name, value in ({"content-length": str(len(answer.body))} | answer.headers).items():
            headers[name] = value
        return AWSResponse(url, answer.status, headers, _Raw(answer.body))

    return send


def to_request(request: AWSPreparedRequest) -> Request:
    """The request botocore was about to send, as it would stand on the wire."""
    parts = urlsplit(str(request.url))
    headers = {name.lower(): _text(value) for name, value in request.headers.items()}
    return Request(
        method=str(request.method),
        path=parts.path or "/",
        query=parts.query,
        headers=headers,
        body=_body(request.body),
        host=parts.hostname or "",
    )


def _text(value: Any) -> str:
    # The signer writes some headers as bytes.
    return value.decode() if isinstance(value, bytes) else str(value)


def _body(body: Any) -> bytes:
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, bytes | bytearray):
        return bytes(body)
    # A file, or botocore's wrapper that frames a file in chunks.
    return bytes(body.read())
