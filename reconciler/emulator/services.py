from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from reconciler.emulator.braket.task import Unsettled as UnsettledTasks
from reconciler.emulator.clock import moment
from reconciler.emulator.identity import handle_sts
from reconciler.emulator.message import Request, Response
from reconciler.emulator.object_policy import policy_of
from reconciler.emulator.objects import handle_s3
from reconciler.emulator.pasqal.unsettled import Unsettled as UnsettledJobs
from reconciler.emulator.roles import handle_iam
from reconciler.emulator.service import Prepared
from reconciler.emulator.world import Session, World

# What a request raises whose answer needs runs that are over and not simulated yet.
UNSETTLED = (UnsettledTasks, UnsettledJobs)

_PASQAL_HOSTS = frozenset({"apis.pasqal.cloud", "apis.sa.pasqal.cloud", "pasqal.eu.auth0.com", "auth.sa.pasqal.cloud"})
_PASQAL_PATHS = ("/core-fast/", "/account/", "/oauth/token", "/realms/", "/pasqal-results/")


def service_of(request: Request) -> str:
    """Where a request goes: by its signature, else by its host or its path. S3 takes the rest.

    Of Amazon's services S3 alone is used unsigned, and Pasqal knows no signatures: a signed request is never its own.
    """
    if request.scope.service in SERVICES:
        return request.scope.service
    if request.scope.service:
        return "s3"
    first = request.host.split(".")[0]
    if first in SERVICES:
        return first
    known = request.host in _PASQAL_HOSTS or request.path.startswith(_PASQAL_PATHS)
    return "pasqal" if known else "s3"


def settle(world: World, due: Exception) -> None:
    """Simulate the runs that an exception of UNSETTLED names."""
    if isinstance(due, UnsettledJobs):
        from reconciler.emulator.pasqal.settle import settle as settle_jobs

        settle_jobs(world, due.jobs)
    if isinstance(due, UnsettledTasks):
        from reconciler.emulator.braket.settle import settle as settle_tasks

        settle_tasks(world, due.tasks)


# The services are imported when they are asked: Braket's needs botocore's model, which takes a quarter of a second.
def _braket(request: Request) -> Prepared:
    from reconciler.emulator.braket.service import prepare

    return prepare(request)


def _pasqal(request: Request) -> Prepared:
    from reconciler.emulator.pasqal.service import prepare

    return prepare(request)


def _s3(request: Request) -> Prepared:
    def act(session: Session) -> Response:
        from reconciler.emulator.braket.settle import demand_results

        demand_results(session, request)
        heard = request if session.switches.text("s3.conditions") == "keep" else _without_conditions(request)
        return handle_s3(session.connection, heard, moment(session.now), policy_of(session.switches))

    return Prepared(request.method, act)


def _without_conditions(request: Request) -> Request:
    """What a service hears that takes conditions of writes and ignores them."""
    if request.method not in ("PUT", "DELETE"):
        return request
    kept = {name: value for name, value in request.headers.items() if name not in ("if-match", "if-none-match")}
    return replace(request, headers=kept)


def _logs(request: Request) -> Prepared:
    from reconciler.emulator.logs_service import prepare

    return prepare(request)


def _iam(request: Request) -> Prepared:
    return Prepared(request.method, lambda _session: handle_iam(request))


def _sts(request: Request) -> Prepared:
    return Prepared(request.method, lambda _session: handle_sts(request))


SERVICES: Mapping[str, Callable[[Request], Prepared]] = MappingProxyType(
    {"braket": _braket, "iam": _iam, "logs": _logs, "pasqal": _pasqal, "s3": _s3, "sts": _sts}
)
