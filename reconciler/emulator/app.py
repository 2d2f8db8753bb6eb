from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

from reconciler.emulator import calls, faults
from reconciler.emulator.braket.service import prepare
from reconciler.emulator.braket.settle import demand_results, settle
from reconciler.emulator.braket.task import Unsettled
from reconciler.emulator.clock import moment
from reconciler.emulator.disruption import ConnectionLost, Outcome, disrupt
from reconciler.emulator.identity import handle_sts
from reconciler.emulator.message import Request, Response
from reconciler.emulator.objects import handle_s3
from reconciler.emulator.service import Prepared
from reconciler.emulator.wire.error import ServiceError
from reconciler.emulator.wire.serialise import serialise_error
from reconciler.emulator.world import Session, World, WorldError


def handle(world: World, request: Request) -> Response:
    """Answer one request to the local cloud.

    Everything it does is one transaction, taken only when the outcomes it depends on are known: tasks that are over
    are simulated first, outside of it, and the request starts again.

    A file that can't be used is an internal error, as of any cloud: whether something was made is then not known.

    Raises ConnectionLost when a scripted fault breaks the connection: the transport shows it in its own way.
    """
    try:
        return _handled(world, request)
    except WorldError as broken:
        return serialise_error(ServiceError("InternalServiceException", str(broken)))


def _handled(world: World, request: Request) -> Response:
    service = _service(request)
    prepared = _SERVICES[service](request)
    while True:
        try:
            with world.transaction() as session:
                outcome = _act(session, service, request, prepared)
            break
        except Unsettled as due:
            settle(world, due.tasks)
    if outcome.delay:
        world.sleep(outcome.delay)
    if isinstance(outcome.answer, ConnectionLost):
        raise outcome.answer
    return outcome.answer


def _act(session: Session, service: str, request: Request, prepared: Prepared) -> Outcome:
    rules = faults.claim(session.connection, service, prepared.operation, request)
    outcome = disrupt(rules, service, request, session, partial(prepared.act, session))
    status = outcome.answer.status if isinstance(outcome.answer, Response) else 0
    call = (service, request.scope.region, prepared.operation)
    calls.record(session.connection, session.now, call, status, " ".join(rule.effect for rule in rules))
    return outcome


def _service(request: Request) -> str:
    """Where a request goes: by its signature, else by its host. S3 takes the rest: it alone is used unsigned."""
    if request.scope.service in _SERVICES:
        return request.scope.service
    first = request.host.split(".")[0]
    return first if first in _SERVICES else "s3"


def _s3(request: Request) -> Prepared:
    def act(session: Session) -> Response:
        demand_results(session, request)
        return handle_s3(session.connection, request, moment(session.now))

    return Prepared(request.method, act)


def _sts(request: Request) -> Prepared:
    return Prepared(request.method, lambda _session: handle_sts(request))


_SERVICES: Mapping[str, Callable[[Request], Prepared]] = MappingProxyType(
    {
        "braket": prepare,
        "s3": _s3,
        "sts": _sts,
    }
)
