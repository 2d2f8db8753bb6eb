"""The local Pasqal Cloud: one request read, and how to answer it in a transaction."""

from functools import partial

from reconciler.emulator.message import Request, Response
from reconciler.emulator.pasqal.jsend import Refused, failure
from reconciler.emulator.pasqal.route import OPEN, Route, match
from reconciler.emulator.service import Prepared
from reconciler.emulator.world import Session


def prepare(request: Request) -> Prepared:
    """Read a request as far as the world is not needed. What is wrong with it becomes the answer."""
    route = match(request.method, request.path)
    if route.operation not in OPEN and not request.headers.get("authorization", "").startswith("Bearer "):
        refused = Refused(401, "Not authenticated: the request has no bearer token.")
        return Prepared(route.operation, lambda _session: failure(refused))
    return Prepared(route.operation, partial(_answer, route, request))


def _answer(route: Route, request: Request, _session: Session) -> Response:
    return failure(Refused(404, f"There is no {request.method} {request.path}."))
