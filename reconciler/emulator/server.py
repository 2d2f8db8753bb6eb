import threading
from collections.abc import Callable, Iterable
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from waitress import wasyncore
from waitress.channel import ClientDisconnected, HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import create_server

from reconciler.emulator.app import handle
from reconciler.emulator.jobs_drive import driving
from reconciler.emulator.message import ConnectionLost, Request
from reconciler.emulator.world import World

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# "localhost" may mean an IPv6 address first, and clients told "127.0.0.1" would miss it: bind one address, by number.
_LOOPBACK = {"127.0.0.1": "127.0.0.1", "localhost": "127.0.0.1", "::1": "::1"}
_THREADS = 8


class _Parser(HTTPRequestParser):
    """Waits for no body that is already there.

    waitress 3.0.2 answers `Expect: 100-continue` even to a request that is complete, and then waits for ever. boto's
    S3 client sends that header with empty objects too.
    """

    def received(self, data: bytes) -> int:
        consumed: int = super().received(data)
        if self.completed:
            self.expect_continue = False
        return consumed


class _Channel(HTTPChannel):
    parser_class = _Parser


@dataclass(frozen=True, slots=True)
class Running:
    """A server that answers at `url` until `stop` is called, from any thread."""

    url: str
    _stopping: threading.Event = field(default_factory=threading.Event)
    _wake: Callable[[], None] = lambda: None

    def stop(self) -> None:
        self._stopping.set()
        # The loop may have seen it by itself, and closed what would wake it.
        with suppress(OSError):
            self._wake()


def serve(
    world: World,
    host: str = "127.0.0.1",
    port: int = 0,
    ready: Callable[[Running], None] | None = None,
    drives: bool = True,
) -> None:
    """Serve the local cloud over HTTP until it is stopped or interrupted; `ready` is told once it can be reached.

    Port 0 takes a free one. While it is served and `drives`, its hybrid jobs run; those that run at the end are ended.
    Raises ValueError for an address that is not of this machine alone: the local cloud checks no signatures, so whoever
    reaches it may do everything.
    """
    if host not in _LOOPBACK:
        raise ValueError(f"The local cloud only serves this machine: 127.0.0.1, ::1 or localhost, not {host}.")
    stopping = threading.Event()
    # A map of our own: waitress's default is shared by every server in the process.
    sockets: dict[int, Any] = {}
    # Any: the published types know neither the port it took nor how to wake it.
    server: Any = create_server(
        _wsgi(world, stopping),
        map=sockets,
        host=_LOOPBACK[host],
        port=port,
        threads=_THREADS,
        ident="local-cloud",
        clear_untrusted_proxy_headers=True,
    )
    server.channel_class = _Channel
    address = f"[{host}]" if ":" in host else host
    url = f"http://{address}:{server.effective_port}"
    try:
        with driving(world, url) if drives else nullcontext():
            if ready is not None:
                ready(Running(url, stopping, server.pull_trigger))
            while not stopping.is_set():
                wasyncore.loop(timeout=1, map=sockets, count=1)
    finally:
        stopping.set()
        server.task_dispatcher.shutdown()
        wasyncore.close_all(sockets)


def _wsgi(world: World, stopping: threading.Event) -> "WSGIApplication":
    def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if not _from_here(environ.get("HTTP_ORIGIN")):
            start_response("403 Forbidden", [("content-length", "0")])
            return []
        try:
            answer = handle(world, _request(environ))
        except ConnectionLost as lost:
            # Stopping the server ends the silence.
            stopping.wait(lost.seconds)
            # waitress takes this as news from the socket: it closes the connection and sends nothing.
            raise ClientDisconnected from lost
        headers = {"content-length": str(len(answer.body))} | answer.headers
        start_response(f"{answer.status} {HTTPStatus(answer.status).phrase}", list(headers.items()))
        # A body after the head of a HEAD would be read as the next answer.
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [answer.body]

    return application


def _from_here(origin: str | None) -> bool:
    """Whether no web page of elsewhere sent the request: browsers name the page's host, and SDKs send no such header.

    Any page a person looks at may send requests to this machine, and nothing else would keep it from driving us.
    """
    if origin is None:
        return True
    try:
        return urlsplit(origin).hostname in _LOOPBACK
    except ValueError:  # a bracket that is never closed
        return False


def _request(environ: "WSGIEnvironment") -> Request:
    # REQUEST_URI is the raw target, still percent-encoded; PATH_INFO can't tell a slash from %2F.
    path, _, query = _target(environ["REQUEST_URI"]).partition("?")
    headers = {name[5:].replace("_", "-").lower(): text for name, text in environ.items() if name.startswith("HTTP_")}
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(name):
            headers[name.replace("_", "-").lower()] = environ[name]
    return Request(
        method=environ["REQUEST_METHOD"],
        path=path,
        query=query,
        headers=headers,
        # waitress has put chunks together and answered `Expect: 100-continue` by now.
        body=environ["wsgi.input"].read(),
        host=urlsplit(f"//{headers.get('host', '')}").hostname or "",
    )


def _target(uri: str) -> str:
    """Path and query. A client that takes us for a proxy sends a whole address; anything else begins with a slash."""
    if uri.startswith("/"):
        return uri
    return "/" + uri.partition("://")[2].partition("/")[2]
