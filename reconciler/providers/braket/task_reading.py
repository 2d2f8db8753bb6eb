"""Reading tasks back: what the service says, in our words, by the cheaper of two ways."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from reconciler.core.attempt import Attempt, Outcome, Place
from reconciler.core.event import Observed
from reconciler.core.mark import MARKS, TAG_ADDRESS, TAG_DIGEST, TAG_PROJECT, TAG_RUN, read_run_mark
from reconciler.core.phase import Phase
from reconciler.providers.braket.client import BraketClient
from reconciler.providers.braket.searching import searched
from reconciler.providers.braket.times import time_text
from reconciler.providers.kind import Found, Search

_PHASES = {
    "COMPLETED": Phase.DONE,
    "FAILED": Phase.FAILED,
    "CANCELLED": Phase.CANCELLED,
    "CANCELLING": Phase.CLOSING,
}
# By the quotas one Search page costs as much time as 20 Gets (5 against 100 a second).
_GETS_PER_PAGE = 20
# Reads may lag behind a create: the SDK itself asks again on "not found". Younger runs are never called missing.
VISIBLE_AFTER = timedelta(minutes=5)
_WORKERS = 8
Asked = Sequence[tuple[str, Attempt]]


def observe(client: BraketClient, asked: Asked, now: datetime) -> Iterator[Observed]:
    """One event per attempt that the service knows, or should know by now. Raises CloudUnavailable."""
    for region in sorted({attempt.place.region for _, attempt in asked}):
        here = [(address, a) for address, a in asked if a.place.region == region]
        found = _by_search(client, region, here) if len({a.id for _, a in here}) > _GETS_PER_PAGE else {}
        rest = []
        for address, attempt in here:
            task = found.get(attempt.id)
            # A failed task's reason comes only from Get.
            if task is None or task["status"] == "FAILED":
                rest.append((address, attempt))
            else:
                yield _observed(address, attempt, task, now)
        yield from _by_get(client, region, rest, now)


def _by_search(client: BraketClient, region: str, here: Asked) -> dict[str, dict[str, Any]]:
    """Summaries by ARN, from pages over the time these runs were made in; given up when Gets would be cheaper."""
    wanted = {attempt.id for _, attempt in here}
    times = sorted(attempt.submitted for _, attempt in here)
    filters = [{"name": "createdAt", "operator": "BETWEEN", "values": [_earlier(times[0]), _later(times[-1])]}]
    found: dict[str, dict[str, Any]] = {}
    for number, page in enumerate(client.pages(region, "search_quantum_tasks", filters=filters, maxResults=100), 1):
        for task in page["quantumTasks"]:
            if task["quantumTaskArn"] in wanted:
                found[task["quantumTaskArn"]] = task
        if len(found) == len(wanted) or number * _GETS_PER_PAGE > len(wanted):
            break
    return found


def _by_get(client: BraketClient, region: str, here: Asked, now: datetime) -> Iterator[Observed]:
    arns = sorted({attempt.id for _, attempt in here})  # the runs of a program set are one task, asked for once
    with ThreadPoolExecutor(_WORKERS, thread_name_prefix="get-task") as pool:
        ask = map if len(arns) < 2 else pool.map
        tasks = dict(zip(arns, ask(lambda arn: get_task(client, region, arn), arns), strict=True))
    for address, attempt in here:
        task = tasks[attempt.id]
        if task is not None:
            yield _observed(address, attempt, task, now)
        elif now - attempt.begun >= VISIBLE_AFTER:
            yield Observed(time_text(now), address, attempt.token, attempt.status, attempt.phase, missing=True)


def get_task(client: BraketClient, region: str, arn: str) -> dict[str, Any] | None:
    """GetQuantumTask with its queue, None when there is no such task. Raises CloudUnavailable."""
    try:
        return client.read(region, "get_quantum_task", quantumTaskArn=arn, additionalAttributeNames=["QueueInfo"])
    except ClientError:
        return None  # `read` lets nothing through but an absence


def discover(client: BraketClient, search: Search, account: str) -> Iterator[Found]:
    """Every task with this project's marks: summaries carry them. Raises CloudUnavailable."""
    for place, task in searched(client, search, account, "search_quantum_tasks", "quantumTasks"):
        yield from _found(task, search, place)


def _found(task: dict[str, Any], search: Search, place: Place) -> Iterator[Found]:
    tags = task.get("tags") or {}
    if tags.get(TAG_PROJECT, search.uid) != search.uid:
        return
    mark = read_run_mark(tags.get(TAG_RUN, ""))
    marked = mark is not None and TAG_PROJECT in tags and TAG_ADDRESS in tags and TAG_DIGEST in tags
    if not marked and not search.unmarked:
        return
    attempt = Attempt(
        token=mark.token if mark else "",
        digest=tags.get(TAG_DIGEST, ""),
        program="",
        generation=mark.generation if mark else 1,
        number=mark.number if mark else 1,
        place=place,
        execution={"device": task["deviceArn"], "shots": task["shots"]},
        intended=task["createdAt"],
        outcome=Outcome.ACCEPTED,
        id=task["quantumTaskArn"],
        status=task["status"],
        phase=phase_of(task["status"]),
        submitted=task["createdAt"],
        ended=task.get("endedAt", ""),
        output=output_of(task),
        tags=tags,
        owned=MARKS,
    )
    yield Found(tags.get(TAG_ADDRESS, ""), attempt, "QuantumTask")


def _observed(address: str, attempt: Attempt, task: dict[str, Any], now: datetime) -> Observed:
    return Observed(
        at=time_text(now),
        address=address,
        token=attempt.token,
        status=task["status"],
        phase=phase_of(task["status"]),
        submitted=task["createdAt"],
        ended=task.get("endedAt", ""),
        output=output_of(task),
        failure=task.get("failureReason", ""),
        queue=_queue(task),
        tags=task.get("tags") or {},
    )


def _queue(task: dict[str, Any]) -> str:
    """The place in the queue; only Get tells it, as a text that may be "None" or ">2000"."""
    place = str((task.get("queueInfo") or {}).get("position") or "None")
    return "" if place == "None" or phase_of(task["status"]) is not Phase.OPEN else place


def phase_of(status: str) -> Phase:
    """A status that we don't know is not finished: nothing is done about it."""
    return _PHASES.get(status, Phase.OPEN)


def output_of(task: dict[str, Any]) -> str:
    """The folder of the results."""
    return f"s3://{task['outputS3Bucket']}/{task['outputS3Directory']}"


def _earlier(text: str) -> str:
    return time_text(datetime.fromisoformat(text) - VISIBLE_AFTER)


def _later(text: str) -> str:
    return time_text(datetime.fromisoformat(text) + VISIBLE_AFTER)
