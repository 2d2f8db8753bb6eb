from functools import partial
from typing import Any

from reconciler.emulator.braket.context import Context
from reconciler.emulator.braket.operations import OPERATIONS
from reconciler.emulator.message import Request, Response
from reconciler.emulator.rates import spend
from reconciler.emulator.service import Prepared
from reconciler.emulator.wire.error import ServiceError
from reconciler.emulator.wire.parse import parse
from reconciler.emulator.wire.route import Route, braket_router
from reconciler.emulator.wire.serialise import serialise, serialise_error
from reconciler.emulator.wire.validate import validate
from reconciler.emulator.world import Session


def prepare(request: Request) -> Prepared:
    """Read a request as far as the world is not needed. What is wrong with it becomes the answer."""
    try:
        route = braket_router().match(request.method, request.path)
    except ServiceError as error:
        return Prepared("?", partial(_answer_error, error))
    try:
        if not request.scope.region:
            raise ServiceError("MissingAuthenticationTokenException", "Missing Authentication Token")
        asked = parse(route, request)
        validate(route.operation, asked)
    except ServiceError as error:
        return Prepared(route.operation.name, partial(_answer_error, error))
    return Prepared(route.operation.name, partial(_answer, route, asked, request))


def _answer_error(error: ServiceError, _session: Session) -> Response:
    return serialise_error(error)


def _answer(route: Route, asked: dict[str, Any], request: Request, session: Session) -> Response:
    context = Context(session, request.scope.region, request.headers.get("user-agent", ""))
    name = route.operation.name
    try:
        if session.switches.text("rates") == "enforce":
            spend(session, context.region, name)
        return serialise(route.operation, OPERATIONS[name](context, asked))
    except ServiceError as error:
        return serialise_error(error)
