"""Results: a link for each job, good for a while, and what lies behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from reconciler.core.attempt import Attempt
from reconciler.core.job import Job
from reconciler.core.phase import Phase
from reconciler.providers.kind import CloudUnavailable, ResultFile, ResultMissing
from reconciler.providers.pasqal import paths
from reconciler.providers.pasqal.client import PasqalClient
from reconciler.providers.pasqal.errors import AnswerError
from reconciler.providers.pasqal.job_reading import jobs_of
from reconciler.providers.pasqal.status import failure_of, phase_of, status_of

_WORKERS = 4  # each may hold a whole result in memory
_GONE = frozenset({404})


def batch_results(client: PasqalClient, attempt: Attempt) -> Sequence[ResultFile]:
    """One for each job. Raises ResultMissing while none has ended, and CloudUnavailable."""
    labels = {job.id: job.label for job in attempt.jobs}
    jobs = [replace(job, label=labels.get(job.id, "")) for job in jobs_of(client, attempt)]
    if all(job.open for job in jobs):
        raise ResultMissing("no job of the batch has ended yet")
    with ThreadPoolExecutor(_WORKERS, thread_name_prefix="get-result") as pool:
        return list(pool.map(lambda job: _of_job(client, job), jobs))


def _of_job(client: PasqalClient, job: Job) -> ResultFile:
    if job.phase is not Phase.DONE:
        why = f": {job.failure}" if job.failure else ""
        return ResultFile(problem=f"{job.status or 'not finished'}{why}", job=job)

    def link() -> Any:
        data = client.read_any(paths.results_link(job.id), _GONE)
        return data.get("results_link") if isinstance(data, dict) else None

    return _fetched(client, link, job)


def workload_result(client: PasqalClient, attempt: Attempt) -> ResultFile:
    """What it gave back. Raises ResultMissing and CloudUnavailable."""
    item = client.read(paths.workload(attempt.id), attempt.id)
    if item is None:
        raise ResultMissing(f"Pasqal has no workload {attempt.id}")
    if phase_of(status_of(item)) is not Phase.DONE:
        why = failure_of(item)
        raise ResultMissing(f"the workload is {status_of(item) or 'not finished'}{f': {why}' if why else ''}")

    def link() -> Any:
        again = client.read(paths.workload(attempt.id), attempt.id)
        return again.get("result_link") if again else None

    return _fetched(client, link, None)


def _fetched(client: PasqalClient, link: Callable[[], Any], job: Job | None) -> ResultFile:
    """Behind the link; a link that is no good any more is asked for once more."""
    error: Exception | None = None
    for _ in range(2):
        url = link()
        if not isinstance(url, str) or not url:
            return ResultFile(problem="it ended, and Pasqal names no result of it", job=job)
        try:
            return ResultFile(client.download(url), job=job)
        except AnswerError as refused:
            error = refused
        except CloudUnavailable as unavailable:
            return ResultFile(problem=str(unavailable), job=job)
    return ResultFile(problem=f"its result can't be fetched: {error}", job=job)
