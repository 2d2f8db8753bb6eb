import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from reconciler.emulator.braket.context import Context
from reconciler.emulator.braket.lifecycle import Life, ended_at, is_due, status
from reconciler.emulator.clock import moment
from reconciler.emulator.wire.error import not_found


@dataclass(frozen=True, slots=True)
class Task:
    """A quantum task as the service keeps it. `parameters` and `action` are JSON texts as they were sent."""

    seq: int
    arn: str
    region: str
    device: str
    shots: int
    action: str
    action_type: str
    programs: int | None
    executables: int | None
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

    @property
    def life(self) -> Life:
        return Life(
            self.created_at,
            self.queued_at,
            self.running_at,
            self.done_at,
            self.cancel_at,
            self.cancelled_at,
            self.settled_as,
        )


class Unsettled(Exception):  # noqa: N818 - not an error: the caller settles these tasks and asks again
    """Tasks whose run is over and whose outcome must be known before the request can be answered."""

    def __init__(self, tasks: Iterable[Task]) -> None:
        super().__init__()
        self.tasks = tuple(tasks)


_COLUMNS = tuple(column.name for column in fields(Task))
_NAMES = ", ".join(_COLUMNS)
_INSERT = f"INSERT INTO task ({_NAMES}) VALUES ({', '.join('?' * len(_COLUMNS))})"  # noqa: S608 - our own column names
SELECT = f"SELECT {_NAMES} FROM task"  # noqa: S608 - our own column names


def insert(connection: sqlite3.Connection, task: Task) -> None:
    connection.execute(_INSERT, tuple(asdict(task).values()))


def select(connection: sqlite3.Connection, where: str, values: Iterable[Any]) -> Iterator[Task]:
    """`where` is SQL of ours, with a place for each value; never a caller's text."""
    return (Task(*row) for row in connection.execute(f"{SELECT} WHERE {where}", tuple(values)))


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
    if is_due(task.life, context.now):
        raise Unsettled([task])
    return task


def summary(task: Task, now: int) -> dict[str, Any]:
    """What SearchQuantumTasks tells of a task; GetQuantumTask tells this and more."""
    ended = ended_at(task.life, now)
    return {
        "quantumTaskArn": task.arn,
        "status": status(task.life, now),
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
