"""The rows of the local Pasqal's tables, but for what may be megabytes long."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from reconciler.emulator.pasqal.context import Context


class Batch(NamedTuple):
    """A batch, but for its sequence. `tags` and `configuration` are JSON texts."""

    seq: int
    id: str
    project_id: str
    user_id: str
    device_type: str
    queue_priority: str
    open: int
    tags: str
    webhook: str | None
    parent_id: str | None
    # Milliseconds an open batch without unfinished jobs lives.
    idle_limit: int
    created_at: int
    updated_at: int
    running_at: int
    visible_at: int
    configuration: str | None
    backend_configuration: str | None
    closed_at: int | None = None
    cancel_at: int | None = None
    cancelled_at: int | None = None
    hidden_until: int = 0


class Job(NamedTuple):
    """A job, but for its sequence and its result. `variables` and `errors` are JSON texts."""

    seq: int
    id: str
    batch_id: str
    parent_id: str | None
    runs: int
    variables: str
    created_at: int
    duration: int
    running_at: int
    done_at: int
    cancel_at: int | None = None
    cancelled_at: int | None = None
    settled_as: str | None = None
    errors: str | None = None


class Workload(NamedTuple):
    """A workload, whole. `config` is a JSON text."""

    seq: int
    id: str
    project_id: str
    user_id: str
    workload_type: str
    backend: str
    config: str
    created_at: int
    running_at: int
    done_at: int
    cancel_at: int | None = None
    cancelled_at: int | None = None
    hidden_until: int = 0


def columns(row: type[Batch] | type[Job] | type[Workload], prefix: str = "") -> str:
    return ", ".join(prefix + name for name in row._fields)


def insert(context: Context, table: str, row: Batch | Job | Workload, **texts: str | None) -> None:
    """`table` and the names in `texts` are ours, never a caller's."""
    names = (*row._fields, *texts)
    places = ", ".join("?" * len(names))
    statement = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places})"  # noqa: S608 - our own names
    context.connection.execute(statement, (*row, *texts.values()))


class Where:
    """Conditions of a SELECT, all of which must hold, and their values."""

    def __init__(self, condition: str = "1", *values: Any) -> None:
        self.text = condition
        self.values: list[Any] = list(values)

    def add(self, condition: str, *values: Any) -> None:
        self.text += f" AND {condition}"
        self.values += values

    def among(self, column: str, values: Iterable[Any]) -> None:
        """The column has one of the values; no values: no condition."""
        if found := list(values):
            self.add(f"{column} IN ({', '.join('?' * len(found))})", *found)
