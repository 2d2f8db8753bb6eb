"""What a hybrid job said: its events by Braket, its lines by CloudWatch Logs. All of it is strangers' text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from botocore.exceptions import ClientError

from reconciler.core.attempt import Attempt
from reconciler.providers.braket.client import BraketClient
from reconciler.providers.braket.job_reading import get_job

_GROUP = "/aws/braket/jobs"
_PAGE = 10_000  # lines; the most that one call gives


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line; `stream` tells the instances of a job apart. `at` is ISO 8601 in UTC."""

    at: str
    stream: str
    text: str


@dataclass(frozen=True, slots=True)
class JobLog:
    """`events` are what Braket did, as (time, type, message). `cut`: there are more lines."""

    events: Sequence[tuple[str, str, str]] = ()
    lines: Sequence[LogLine] = ()
    cut: bool = False


def read_log(client: BraketClient, attempt: Attempt, most: int) -> JobLog | None:
    """The first lines of a job, `most` of them; None if Braket has no such job. Raises CloudUnavailable."""
    job = get_job(client, attempt.place.region, attempt.id)
    if job is None:
        return None
    events = [_event(event) for event in job.get("events") or ()]
    prefix = f"{job['jobName']}/{attempt.id.rpartition('/')[2]}/"
    lines = list(islice(_lines(client, attempt.place.region, prefix), most + 1))
    return JobLog(events, lines[:most], len(lines) > most)


def _event(event: dict[str, Any]) -> tuple[str, str, str]:
    return str(event.get("timeOfEvent", "")), str(event.get("eventType", "")), str(event.get("message") or "")


def _lines(client: BraketClient, region: str, prefix: str) -> Iterator[LogLine]:
    for stream in _streams(client, region, prefix):
        token: dict[str, str] = {}
        while True:
            asked = {"logGroupName": _GROUP, "logStreamName": stream, "startFromHead": True, "limit": _PAGE, **token}
            try:
                page = client.log_call(region, "get_log_events", **asked)
            except ClientError:
                break  # `log_call` lets nothing through but an absence
            for event in page.get("events") or ():
                yield LogLine(_time(event.get("timestamp")), stream.removeprefix(prefix), str(event.get("message", "")))
            following = page.get("nextForwardToken")
            if not following or following == token.get("nextToken"):  # at the end the same token comes back
                break
            token = {"nextToken": following}


def _streams(client: BraketClient, region: str, prefix: str) -> Iterator[str]:
    """Names of streams; none while the job has not begun to write."""
    token: dict[str, str] = {}
    while True:
        asked = {"logGroupName": _GROUP, "logStreamNamePrefix": prefix, **token}
        try:
            page = client.log_call(region, "describe_log_streams", **asked)
        except ClientError:
            return
        yield from (str(stream["logStreamName"]) for stream in page.get("logStreams") or ())
        if not page.get("nextToken"):
            return
        token = {"nextToken": page["nextToken"]}


def _time(milliseconds: Any) -> str:
    try:
        moment = datetime.fromtimestamp(int(milliseconds) / 1000, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return ""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
