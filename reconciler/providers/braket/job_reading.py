"""Reading hybrid jobs back: what the service says, in our words, by the cheaper of two ways."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from reconciler.core.attempt import Attempt, Outcome, Place
from reconciler.core.event import Observed
from reconciler.core.mark import MARKS, TAG_ADDRESS, TAG_DIGEST, TAG_PROJECT, TAG_RUN, read_run_mark
from reconciler.core.phase import Phase
from reconciler.providers.braket.client import BraketClient
from reconciler.providers.braket.searching import searched
from reconciler.providers.braket.task_reading import VISIBLE_AFTER, phase_of
from reconciler.providers.braket.times import time_text
from reconciler.providers.kind import Found, Search

KIND = "HybridJob"
# One page of a search takes as much of the quotas as one Get (5 a second both), and a Get tells more.
_GETS = 5
Asked = Sequence[tuple[str, Attempt]]


def observe(client: BraketClient, asked: Asked, now: datetime) -> Iterator[Observed]:
    """One event per attempt that the service knows, or should know by now. Raises CloudUnavailable."""
    for region in sorted({attempt.place.region for _, attempt in asked}):
        here = [(address, a) for address, a in asked if a.place.region == region]
        found = _by_search(client, region, here) if len(here) > _GETS else {}
        for address, attempt in here:
            job = found.get(attempt.id)
            # Why it failed and where its results are comes only from Get.
            if job is None or job["status"] == "FAILED" or not attempt.output:
                yield from _by_get(client, address, attempt, now)
            else:
                yield _observed(address, attempt, job, now)


def _by_search(client: BraketClient, region: str, here: Asked) -> dict[str, dict[str, Any]]:
    """Summaries by ARN, from pages over the time these runs were made in; given up when Gets would be cheaper."""
    wanted = {attempt.id for _, attempt in here}
    times = sorted(attempt.begun for _, attempt in here)
    span = [time_text(times[0] - VISIBLE_AFTER), time_text(times[-1] + VISIBLE_AFTER)]
    filters = [{"name": "createdAt", "operator": "BETWEEN", "values": span}]
    found: dict[str, dict[str, Any]] = {}
    for number, page in enumerate(client.pages(region, "search_jobs", filters=filters, maxResults=100), 1):
        found |= {job["jobArn"]: job for job in page["jobs"] if job["jobArn"] in wanted}
        if len(found) == len(wanted) or number >= len(wanted):
            break
    return found


def _by_get(client: BraketClient, address: str, attempt: Attempt, now: datetime) -> Iterator[Observed]:
    job = get_job(client, attempt.place.region, attempt.id)
    if job is not None:
        yield _observed(address, attempt, job, now)
    elif now - attempt.begun >= VISIBLE_AFTER:
        yield Observed(time_text(now), address, attempt.token, attempt.status, attempt.phase, missing=True)


def get_job(client: BraketClient, region: str, arn: str) -> dict[str, Any] | None:
    """GetJob with its queue, None when there is no such job. Raises CloudUnavailable."""
    try:
        return client.read(region, "get_job", jobArn=arn, additionalAttributeNames=["QueueInfo"])
    except ClientError:
        return None  # `read` lets nothing through but an absence


def discover(client: BraketClient, search: Search, account: str) -> Iterator[Found]:
    """Every job with this project's marks: summaries carry them. Raises CloudUnavailable."""
    for place, job in searched(client, search, account, "search_jobs", "jobs"):
        yield from _found(job, search, place)


def _found(job: dict[str, Any], search: Search, place: Place) -> Iterator[Found]:
    tags = job.get("tags") or {}
    if tags.get(TAG_PROJECT, search.uid) != search.uid:
        return
    mark = read_run_mark(tags.get(TAG_RUN, ""))
    address = tags.get(TAG_ADDRESS, "")
    # Tags that somebody copied from a run of another kind are no marks.
    marked = mark is not None and TAG_PROJECT in tags and TAG_DIGEST in tags and address.startswith(f"{KIND}/")
    if not marked and not search.unmarked:
        return
    attempt = Attempt(
        token=mark.token if mark and marked else "",
        digest=tags.get(TAG_DIGEST, ""),
        program="",
        generation=mark.generation if mark else 1,
        number=mark.number if mark else 1,
        place=place,
        execution={"device": job["device"]},
        intended=job["createdAt"],
        outcome=Outcome.ACCEPTED,
        id=job["jobArn"],
        status=job["status"],
        phase=phase_of(job["status"]),
        submitted=job["createdAt"],
        ended=job.get("endedAt", ""),
        tags=tags,
        owned=MARKS,
    )
    yield Found(address, attempt, KIND)


def _observed(address: str, attempt: Attempt, job: dict[str, Any], now: datetime) -> Observed:
    status = job["status"]
    return Observed(
        at=time_text(now),
        address=address,
        token=attempt.token,
        status=status,
        phase=phase_of(status),
        submitted=job["createdAt"],
        ended=job.get("endedAt", ""),
        output=output_of(job) or attempt.output,
        failure=job.get("failureReason") or _last_message(job, status),
        queue=_queue(job),
        tags=job.get("tags") or {},
    )


def _last_message(job: dict[str, Any], status: str) -> str:
    """Of a failure without a reason: what happened last, such as MAX_RUNTIME_EXCEEDED."""
    events = job.get("events") or ()
    told = [event for event in events if event.get("eventType") not in (None, "FAILED")]
    if phase_of(status) is not Phase.FAILED or not told:
        return ""
    return " ".join(filter(None, (str(told[-1]["eventType"]), str(told[-1].get("message") or ""))))


def _queue(job: dict[str, Any]) -> str:
    """The place in the queue; only Get tells it, as a text that may be "None" or ">15"."""
    place = str((job.get("queueInfo") or {}).get("position") or "None")
    return "" if place == "None" or phase_of(job["status"]) is not Phase.OPEN else place


def output_of(job: dict[str, Any]) -> str:
    """The folder of the results; empty in a summary, which does not tell."""
    return str((job.get("outputDataConfig") or {}).get("s3Path") or "")
