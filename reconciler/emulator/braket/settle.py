import json
import uuid
from collections.abc import Iterable
from typing import Any, Literal
from urllib.parse import parse_qs, unquote

from reconciler import simulate
from reconciler.emulator import objects
from reconciler.emulator.braket.device import capabilities
from reconciler.emulator.braket.outcome import RESULTS, Outcome, task_metadata
from reconciler.emulator.braket.program_set import PROGRAM_SET
from reconciler.emulator.braket.task import Task, Unsettled, action_of, select
from reconciler.emulator.clock import moment
from reconciler.emulator.message import Request
from reconciler.emulator.world import Session, World

# How long a run that can't be simulated goes on before it is looked at again, in milliseconds.
_LONGER = 5_000
_DUE = "settled_as IS NULL AND cancelled_at IS NULL AND done_at <= ?"


def settle(world: World, tasks: Iterable[Task]) -> None:
    """Run the programs of tasks that are over, and keep their outcomes.

    The simulation holds no transaction, so the cloud goes on answering. Two processes may settle the same task: both
    get the same result, for the seed is the task's own, and the first to commit wins. Without the simulator, tasks
    stay as they are, RUNNING.
    """
    with world.transaction() as session:
        real = session.switches.text("simulation") == "real"
        split = session.switches.text("programset.results") == "split"
    if real:
        for task in tasks:
            if task.doom is None and not simulate.is_installed():
                _prolong(world, task)
                continue
            with world.transaction() as session:
                action = action_of(session.connection, task)
            outcome = _run(task, action, split)
            with world.transaction() as session:
                _keep(session, task, outcome)
        return
    with world.transaction() as session:
        for task in tasks:
            _keep(session, task, Outcome(failure=task.doom))


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
    if path.endswith(".json"):
        # The bucket is the first part of the path, or it is in the host; a program set has folders of its own.
        folders = [key.rpartition(end)[0] for key in (path, rest) for end in ("/", "/programs/")]
        due = list(select(session.connection, f"directory IN (?, ?, ?, ?) AND {_DUE}", [*folders, session.now]))
    elif "list-type" in query:
        prefix = query.get("prefix", [""])[0]
        buckets = (first, request.host.split(".")[0])
        found = select(session.connection, f"bucket IN (?, ?) AND {_DUE}", [*buckets, session.now])
        due = [task for task in found if f"{task.directory}/{RESULTS}".startswith(prefix)]
    if due:
        raise Unsettled(due)


def _run(task: Task, action: str, split: bool) -> Outcome:
    seed = uuid.UUID(task.arn.rsplit("/", 1)[1]).int % 2**32
    # Here, because most processes that open a local cloud never simulate.
    if task.action_type == PROGRAM_SET:
        from reconciler.emulator.braket.program_set_outcome import run_set

        return run_set(task, action, seed, split)
    if task.doom is not None:
        return Outcome(failure=task.doom)
    from reconciler.simulate import SimulationFailed
    from reconciler.simulate.braket import run

    try:
        return Outcome({RESULTS: _finish(task, run(action, _kind(task.device), task.shots, seed))})
    except SimulationFailed as failed:
        return Outcome(failure=failed.reason)


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


def _keep(session: Session, task: Task, outcome: Outcome) -> None:
    state = "COMPLETED" if outcome.failure is None else "FAILED"
    extras = json.loads(task.extras) | ({} if outcome.shots is None else {"numSuccessfulShots": outcome.shots})
    kept = session.connection.execute(
        "UPDATE task SET settled_as = ?, failure = ?, extras = ? WHERE arn = ? AND settled_as IS NULL",
        (state, outcome.failure, json.dumps(extras), task.arn),
    )
    if not kept.rowcount or not outcome.files:
        return
    ended = moment(task.done_at)
    objects.ensure_bucket(session.connection, task.bucket, ended)
    for path, document in outcome.files.items():
        key, body = f"{task.directory}/{path}", json.dumps(document).encode()
        objects.put_object(session.connection, task.bucket, key, body, "application/json", ended)


def _finish(task: Task, text: str) -> dict[str, Any]:
    """A simulator's result with what only the service knows."""
    document: dict[str, Any] = json.loads(text)
    document["taskMetadata"] |= task_metadata(task, "COMPLETED") | {"shots": task.shots}
    if "/quantum-simulator/" not in task.device:
        # How long this machine took says nothing about a QPU, and the SDK's cost tracker would count it.
        document["additionalMetadata"].pop("simulatorMetadata", None)
    return document
