from functools import partial

from reconciler.emulator import calls, fault_script
from reconciler.emulator.disruption import Outcome, disrupt
from reconciler.emulator.fault_answer import failure
from reconciler.emulator.message import ConnectionLost, Request, Response
from reconciler.emulator.service import Prepared
from reconciler.emulator.services import SERVICES, UNSETTLED, service_of, settle
from reconciler.emulator.world import Session, World, WorldError


def handle(world: World, request: Request) -> Response:
    """Answer one request to the local cloud.

    Everything it does is one transaction, taken only when the outcomes it depends on are known: runs that are over
    are simulated first, outside of it, and the request starts again.

    A file that can't be used is an internal error, as of any cloud: whether something was made is then not known.

    Raises ConnectionLost when a scripted fault breaks the connection: the transport shows it in its own way.
    """
    try:
        return _handled(world, request)
    except WorldError as broken:
        return failure(service_of(request), 500, str(broken))


def _handled(world: World, request: Request) -> Response:
    service = service_of(request)
    prepared = SERVICES[service](request)
    while True:
        try:
            with world.transaction() as session:
                outcome = _act(session, service, request, prepared)
            break
        except UNSETTLED as due:
            settle(world, due)
    if outcome.delay:
        world.sleep(outcome.delay)
    if isinstance(outcome.answer, ConnectionLost):
        raise outcome.answer
    return outcome.answer


def _act(session: Session, service: str, request: Request, prepared: Prepared) -> Outcome:
    rules = fault_script.claim(session.connection, service, prepared.operation, request)
    outcome = disrupt(rules, service, request, session, partial(prepared.act, session))
    status = outcome.answer.status if isinstance(outcome.answer, Response) else 0
    call = (service, request.scope.region, prepared.operation)
    calls.record(session.connection, session.now, call, status, " ".join(rule.effect for rule in rules))
    return outcome
