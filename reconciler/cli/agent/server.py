"""The agent's server: a thread beside its loop, on waitress."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from waitress import wasyncore
from waitress.server import create_server

from reconciler.cli.agent.answers import Answer, answer, from_here, is_loopback
from reconciler.cli.agent.board import Board

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_THREADS = 2
_BODY = 1024  # bytes; nobody has anything to send


@contextmanager
def serving(board: Board, host: str, port: int) -> Iterator[str]:
    """While this lasts, the board can be read at the address that is given. Raises OSError."""
    # A map of our own: waitress's default is shared by every server in the process.
    sockets: dict[int, Any] = {}
    server: Any = create_server(  # Any: the published types know neither the port it took nor how to wake it
        _wsgi(lambda method, path: answer(board, method, path), local=is_loopback(host)),
        map=sockets,
        host="127.0.0.1" if host == "localhost" else host,
        port=port,
        threads=_THREADS,
        ident="qctl",
        max_request_body_size=_BODY,
        clear_untrusted_proxy_headers=True,
    )
    over = threading.Event()

    def loop() -> None:
        while not over.is_set():
            wasyncore.loop(timeout=1, map=sockets, count=1)

    thread = threading.Thread(target=loop, name="status", daemon=True)
    thread.start()
    try:
        yield f"http://{f'[{host}]' if ':' in host else host}:{server.effective_port}"
    finally:
        over.set()
        server.pull_trigger()
        thread.join()
        server.task_dispatcher.shutdown()
        wasyncore.close_all(sockets)


def _wsgi(reply: Callable[[str, str], Answer], *, local: bool) -> WSGIApplication:
    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if local and not from_here(environ.get("HTTP_HOST")):
            start_response("403 Forbidden", [("Content-Length", "0")])
            return []
        said = reply(environ["REQUEST_METHOD"], environ["PATH_INFO"])
        start_response(f"{said.status.value} {said.status.phrase}", said.headers)
        # A body after the head of a HEAD would be read as the next answer.
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [said.body]

    return application
