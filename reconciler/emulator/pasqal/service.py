"""The local Pasqal Cloud: one request read, and how to answer it in a transaction."""

from functools import partial
from typing import Any

from reconciler.emulator.message import Request, Response
from reconciler.emulator.pasqal.context import Context, read_body
from reconciler.emulator.pasqal.jsend import Refused, failure
from reconciler.emulator.pasqal.operations import OPERATIONS
from reconciler.emulator.pasqal.query import Query
from reconciler.emulator.pasqal.route import Route, match
from reconciler.emulator.service import Prepared
from reconciler.emulator.world import Session


def prepare(request: Request) -> Prepared:
    """Read a request as far as the world is not needed. What is wrong with it becomes the answer."""
    route = match(request.method, request.path)
    try:
        _check(route, request)
        # The form of a token request is read by its operation.
        body = None if route.operation == "Token" else read_body(request)
    except Refused as refused:
        answer = failure(refused)
        return Prepared(route.operation, lambda _session: answer)
    return Prepared(route.operation, partial(_answer, route, request, body))


def _check(route: Route, request: Request) -> None:
    if route.operation == "Unknown":
        raise Refused(404, f"There is no {request.method} {request.path}.")
    if not route.open and not request.headers.get("authorization", "").lower().startswith("bearer "):
        raise Refused(401, "The request has no bearer token.")


def _answer(route: Route, request: Request, body: Any, session: Session) -> Response:
    context = Context(session, request, route.id, Query(request.query), body)
    try:
        return OPERATIONS[route.operation](context)
    except Refused as refused:
        return failure(refused)
