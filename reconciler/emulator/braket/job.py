import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from reconciler.emulator.braket.job_lifecycle import ended_at, status
from reconciler.emulator.clock import moment


class Job(NamedTuple):
    """A hybrid job as the service keeps it. `tags` and `request` are JSON texts; `job_schema` says what the rest is."""

    seq: int
    arn: str
    region: str
    name: str
    device: str
    tags: str
    request: str
    secret: str
    created_at: int
    starts_at: int
    visible_at: int
    doom: str | None = None
    began_at: int | None = None
    real: int = 0
    done_at: int | None = None
    outcome: str | None = None
    failure: str | None = None
    overran: int = 0
    cancel_at: int | None = None
    cancelled_at: int | None = None

    @property
    def id(self) -> str:
        """The UUID at the end of the ARN: a job's name need not be its own."""
        return self.arn.rsplit("/", 1)[1]

    @property
    def asked(self) -> dict[str, Any]:
        """What CreateJob was asked, with the service's defaults."""
        found: dict[str, Any] = json.loads(self.request)
        return found


_NAMES = ", ".join(Job._fields)
_PLACES = ", ".join("?" * len(Job._fields))


def insert(connection: sqlite3.Connection, job: Job) -> None:
    connection.execute(f"INSERT INTO job ({_NAMES}) VALUES ({_PLACES})", job)  # noqa: S608 - our own column names


def select(connection: sqlite3.Connection, where: str, values: Iterable[Any] = ()) -> Iterator[Job]:
    """`where` is SQL of ours, with a place for each value; never a caller's text."""
    statement = f"SELECT {_NAMES} FROM job WHERE {where}"  # noqa: S608 - our own column names
    return map(Job._make, connection.execute(statement, tuple(values)))


def summary(job: Job, now: int) -> dict[str, Any]:
    """What SearchJobs tells of a job."""
    state = status(job, now)
    ended = ended_at(job, now)
    return {
        "jobArn": job.arn,
        "jobName": job.name,
        "status": state,
        "device": job.device,
        "createdAt": moment(job.created_at),
        "startedAt": None if job.began_at is None or job.began_at > now else moment(job.began_at),
        "endedAt": None if ended is None else moment(ended),
        "tags": json.loads(job.tags),
    }


def save_tags(connection: sqlite3.Connection, arn: str, tags: Mapping[str, str]) -> None:
    connection.execute("UPDATE job SET tags = ? WHERE arn = ?", (json.dumps(tags), arn))
