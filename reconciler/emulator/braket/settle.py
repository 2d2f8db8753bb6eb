import json
import uuid
from collections.abc import Iterable
from typing import Any, Literal, NamedTuple
from urllib.parse import parse_qs, unquote

from reconciler import simulate
from reconciler.emulator import objects
from reconciler.emulator.braket.device import capabilities
from reconciler.emulator.braket.task import Task, Unsettled, action_of, select
from reconciler.emulator.clock import moment
from reconciler.emulator.message import Request
from reconciler.emulator.wire.serialise import iso
from reconciler.emulator.world import Session, World

_FILE = "results.json"
# How long a run that can't be simulated goes on before it is looked at again, in milliseconds.
_LONGER = 5_000
_DUE = "settled_as IS NULL AND cancelled_at IS NULL AND done_at <= ?"


class _Result(NamedTuple):
    """How a run ended: `results` is the text of its file, or `failure` why there is none."""

    results: str | None = None
    failure: str | None = None


def settle(world: World, tasks: Iterable[Task]) -> None:
    """Run the programs of tasks that are over, and keep their outcomes.

    The simulation holds no transaction, so the cloud goes on answering. Two processes may settle the same task: both
    get the same result, for the seed is the task's own, and the first to commit wins. Without the simulator, tasks
    stay as they are, RUNNING.
    """
    with world.transaction() as session:
        real = session.switches.text("simulation") == "real"
    if real:
        for task in tasks:
            if task.doom is None and not simulate.is_installed():
                _prolong(world, task)
                continue
            with world.transaction() as session:
                action = action_of(session.connection, task)
            result = _run(task, action)
            with world.transaction() as session:
                _keep(session, task, result)
        return
    with world.transaction() as session:
        for task in tasks:
            _keep(session, task, _Result(failure=task.doom))


def demand_results(session: Session, request: Request) -> None:
    """Results must be in the bucket when someone looks there after the task's end.

    Raises Unsettled for tasks whose results an S3 request may be about to read or to list.
    """
    if request.method not in ("GET", "HEAD"):
        return
    path = unquote(request.path).strip("/")
    first, _, rest = path.partition("/")
    query = parse_qs(request.query)
    due: list[Task] = []
    if path.endswith(f"/{_FILE}"):
        # The bucket is the first part of the path, or it is in the host.
        places = [place.removesuffix(f"/{_FILE}") for place in (path, rest)]
        due = list(select(session.connection, f"directory IN (?, ?) AND {_DUE}", [*places, session.now]))
    elif "list-type" in query:
        prefix = query.get("prefix", [""])[0]
        buckets = (first, request.host.split(".")[0])
        found = select(session.connection, f"bucket IN (?, ?) AND {_DUE}", [*buckets, session.now])
        due = [task for task in found if f"{task.directory}/{_FILE}".startswith(prefix)]
    if due:
        raise Unsettled(due)


def _run(task: Task, action: str) -> _Result:
    if task.doom is not None:
        return _Result(failure=task.doom)
    # Here, because most processes that open a local cloud never simulate.
    from reconciler.simulate import SimulationFailed
    from reconciler.simulate.braket import run

    seed = uuid.UUID(task.arn.rsplit("/", 1)[1]).int % 2**32
    try:
        return _Result(results=run(action, _kind(task.device), task.shots, seed))
    except SimulationFailed as failed:
        return _Result(failure=failed.reason)


def _kind(device: str) -> Literal["state_vector", "density_matrix", "ahs"]:
    if "braket.ir.ahs.program" in capabilities(device).get("action", {}):
        return "ahs"
    return "density_matrix" if device.endswith("/dm1") else "state_vector"


def _prolong(world: World, task: Task) -> None:
    """Let a task run on: to fail it would use it up for ever, for want of a library that can still be installed."""
    with world.transaction() as session:
        session.connection.execute(
            "UPDATE task SET done_at = ? WHERE arn = ? AND settled_as IS NULL", (session.now + _LONGER, task.arn)
        )


def _keep(session: Session, task: Task, result: _Result) -> None:
    state = "COMPLETED" if result.failure is None else "FAILED"
    kept = session.connection.execute(
        "UPDATE task SET settled_as = ?, failure = ? WHERE arn = ? AND settled_as IS NULL",
        (state, result.failure, task.arn),
    )
    if not kept.rowcount or result.results is None:
        return
    body = json.dumps(_finish(task, json.loads(result.results))).encode()
    ended = moment(task.done_at)
    objects.ensure_bucket(session.connection, task.bucket, ended)
    objects.put_object(session.connection, task.bucket, f"{task.directory}/{_FILE}", body, "application/json", ended)


def _finish(task: Task, document: dict[str, Any]) -> dict[str, Any]:
    """Put into a simulator's result what only the service knows."""
    document["taskMetadata"] = document.get("taskMetadata", {}) | {
        "id": task.arn,
        "shots": task.shots,
        "deviceId": task.device,
        "createdAt": iso(moment(task.created_at)),
        "endedAt": iso(moment(task.done_at)),
        "status": "COMPLETED",
    }
    if "/quantum-simulator/" not in task.device:
        # How long this machine took says nothing about a QPU, and the SDK's cost tracker would count it.
        document["additionalMetadata"].pop("simulatorMetadata", None)
    return document
