from collections.abc import Mapping

import httpx

from reconciler.emulator.app import handle
from reconciler.emulator.message import ConnectionLost, Request
from reconciler.emulator.world import World

_LOST: Mapping[str, type[httpx.TransportError]] = {
    # What httpx says of a server that hangs up before the first byte of its answer.
    "closed": httpx.RemoteProtocolError,
    "silent": httpx.ReadTimeout,
    "refused": httpx.ConnectError,
}


class LocalTransport(httpx.BaseTransport):
    """Answers the requests of an httpx client instead of the network: `httpx.Client(transport=LocalTransport(world))`.

    httpx's own building of requests, redirects, decoding and errors all run; only the socket is left out. Requests to
    every host reach the local cloud, so nothing can leak to the real one.
    """

    def __init__(self, world: World) -> None:
        self._world = world

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Raises httpx.RemoteProtocolError, ReadTimeout or ConnectError when a fault breaks the connection."""
        try:
            answer = handle(self._world, to_request(request))
        except ConnectionLost as lost:
            raise _LOST[lost.how]("The local cloud broke the connection.", request=request) from lost
        headers = {"content-length": str(len(answer.body))} | answer.headers
        return httpx.Response(answer.status, headers=headers, stream=httpx.ByteStream(answer.body), request=request)


def to_request(request: httpx.Request) -> Request:
    """The request httpx was about to send, as it would stand on the wire."""
    path, _, query = request.url.raw_path.decode("ascii").partition("?")
    return Request(
        method=request.method,
        path=path,
        query=query,
        headers={name.lower(): value for name, value in request.headers.items()},
        body=request.read(),
        host=request.url.host,
    )
