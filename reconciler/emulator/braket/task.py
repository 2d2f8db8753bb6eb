import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from reconciler.emulator.braket.context import Context
from reconciler.emulator.braket.lifecycle import ended_at, is_due, status
from reconciler.emulator.clock import moment
from reconciler.emulator.wire.error import not_found


class Task(NamedTuple):
    """A quantum task as the service keeps it, but for its action: that may be long, and only settling reads it.

    `parameters`, `tags` and `extras` are JSON texts. A tuple, because a search makes hundreds of them.
    """

    seq: int
    arn: str
    region: str
    device: str
    shots: int
    action_type: str
    parameters: str
    bucket: str
    directory: str
    tags: str
    extras: str
    created_at: int
    queued_at: int
    running_at: int
    done_at: int
    visible_at: int
    cancel_at: int | None = None
    cancelled_at: int | None = None
    cancel_token: str | None = None
    # A failure decided at creation, by a switch.
    doom: str | None = None
    settled_as: str | None = None
    failure: str | None = None


class Unsettled(Exception):  # noqa: N818 - not an error: the caller settles these tasks and asks again
    """Tasks whose run is over and whose outcome must be known before the request can be answered."""

    def __init__(self, tasks: Iterable[Task]) -> None:
        super().__init__()
        self.tasks = tuple(tasks)


_NAMES = ", ".join(Task._fields)
_PLACES = ", ".join("?" * len(Task._fields))


def insert(connection: sqlite3.Connection, task: Task, action: str) -> None:
    statement = f"INSERT INTO task ({_NAMES}, action) VALUES ({_PLACES}, ?)"  # noqa: S608 - our own column names
    connection.execute(statement, (*task, action))


def action_of(connection: sqlite3.Connection, task: Task) -> str:
    return str(connection.execute("SELECT action FROM task WHERE arn = ?", (task.arn,)).fetchone()[0])


def select(connection: sqlite3.Connection, where: str, values: Iterable[Any]) -> Iterator[Task]:
    """`where` is SQL of ours, with a place for each value; never a caller's text."""
    statement = f"SELECT {_NAMES} FROM task WHERE {where}"  # noqa: S608 - our own column names
    return map(Task._make, connection.execute(statement, tuple(values)))


def find(context: Context, arn: str) -> Task:
    """The settled task a caller names.

    Raises ServiceError ResourceNotFoundException for one of another region and for one not visible yet, and
    Unsettled for one whose outcome is not known yet.
    """
    task = next(select(context.connection, "arn = ?", (arn,)), None)
    lag = round(context.switches.number("visibility.get") * 1000)
    hidden = task is not None and context.now < max(task.visible_at, task.created_at + lag)
    if task is None or task.region != context.region or hidden:
        raise not_found(f"Could not find the quantum task {arn}")
    if is_due(task, context.now):
        raise Unsettled([task])
    return task


def summary(task: Task, now: int) -> dict[str, Any]:
    """What SearchQuantumTasks tells of a task; GetQuantumTask tells this and more."""
    state = status(task, now)
    ended = ended_at(task, state)
    return {
        "quantumTaskArn": task.arn,
        "status": state,
        "deviceArn": task.device,
        "shots": task.shots,
        "outputS3Bucket": task.bucket,
        "outputS3Directory": task.directory,
        "createdAt": moment(task.created_at),
        "endedAt": None if ended is None else moment(ended),
        "tags": json.loads(task.tags),
    }


def save_tags(connection: sqlite3.Connection, arn: str, tags: Mapping[str, str]) -> None:
    connection.execute("UPDATE task SET tags = ? WHERE arn = ?", (json.dumps(tags), arn))
