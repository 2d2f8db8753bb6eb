"""What the agent's server answers: a page, metrics, health. It only reads, and nothing it is asked changes anything."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import urlsplit

from reconciler.cli.agent.board import Board
from reconciler.render.agent_metrics import metrics
from reconciler.render.json_form import dumps
from reconciler.render.status_page import status_page
from reconciler.workflow.session import timestamp

_JSON = "application/json"
_TEXT = "text/plain; charset=utf-8"
_METRICS = "text/plain; version=0.0.4; charset=utf-8"
# The page says the same of itself; that nobody may frame it can only be said here.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; form-action 'none'"
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """One response."""

    status: HTTPStatus
    kind: str
    body: bytes
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def headers(self) -> list[tuple[str, str]]:
        """All of them."""
        size = str(len(self.body))
        return list({"Content-Type": self.kind, "Content-Length": size, **_HEADERS, **self.more}.items())


def answer(board: Board, method: str, path: str) -> Answer:
    """What is said to this request."""
    if method not in ("GET", "HEAD"):
        return Answer(HTTPStatus.METHOD_NOT_ALLOWED, _TEXT, b"This server only tells.\n", {"Allow": "GET, HEAD"})
    if path == "/":
        page = status_page(board.status, timestamp(board.clock.now()))
        return Answer(HTTPStatus.OK, "text/html; charset=utf-8", page.encode("utf-8", "backslashreplace"))
    if path == "/metrics":
        return Answer(HTTPStatus.OK, _METRICS, metrics(board.status))
    if path == "/healthz":
        return _health(board, good=board.ready and board.alive)
    if path == "/livez":
        return _health(board, good=board.alive)
    return Answer(HTTPStatus.NOT_FOUND, _TEXT, b"Here are /, /metrics, /healthz and /livez.\n")


def _health(board: Board, *, good: bool) -> Answer:
    totals = board.status.totals
    told = {
        "ok": good,
        "last_success": totals.succeeded or None,
        "last_verdict": totals.last.verdict if totals.last else None,
        "failures": totals.failures,
    }
    status = HTTPStatus.OK if good else HTTPStatus.SERVICE_UNAVAILABLE
    return Answer(status, _JSON, f"{dumps(told, indent=None)}\n".encode())


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches that address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def from_here(host: str | None) -> bool:
    """Whether a request to a server on loopback was meant for it.

    A page of elsewhere can have its own name resolved to this machine, and would read what we answer; it can't choose
    the name that its browser then sends.
    """
    try:
        return is_loopback(urlsplit(f"//{host or ''}").hostname or "")
    except ValueError:
        return False
