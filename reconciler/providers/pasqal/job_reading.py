"""Jobs of a batch read back: what they run, by content, and what became of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from reconciler.core.attempt import Attempt
from reconciler.core.job import Job, job_digest
from reconciler.core.phase import Phase
from reconciler.core.plain import plain
from reconciler.providers.kind import CloudUnavailable
from reconciler.providers.pasqal import paths
from reconciler.providers.pasqal.answers import Item, is_id
from reconciler.providers.pasqal.client import PasqalClient
from reconciler.providers.pasqal.json_text import meaning_sha
from reconciler.providers.pasqal.status import RUNNING, failure_of, phase_of, status_of

_WORKERS = 8
_SHORT = 16


def jobs_of(client: PasqalClient, attempt: Attempt) -> tuple[Job, ...]:
    """All jobs of a batch as they are now. Raises CloudUnavailable."""
    known = {job.id: job for job in attempt.jobs if job.id}
    items = items_of(client, attempt)
    read = partial(_job, client, attempt.digest, known)
    if sum(item["id"] not in known for item in items) < 2:
        return tuple(map(read, items))
    with ThreadPoolExecutor(_WORKERS, thread_name_prefix="get-job") as pool:
        return tuple(pool.map(read, items))


def items_of(client: PasqalClient, attempt: Attempt) -> list[Item]:
    """The same as the list says it. Raises CloudUnavailable."""
    query = {
        "project_id": client.project_id,
        "batch_id": attempt.id,
        "order_by": "creation_order",
        "order_by_direction": "ASC",
    }
    # Also by ourselves: a service that passes over the filter must not make other batches' jobs ours.
    return [
        item
        for page in client.pages(paths.JOBS, query)
        for item in page
        if item.get("batch_id", attempt.id) == attempt.id
    ]


def told_jobs(data: Item, attempt: Attempt | None, digest: str, sent: Sequence[Job]) -> tuple[Job, ...] | None:
    """The jobs that the answer to a call names, None if it does not say enough.

    Answers don't show a job's own sequence, so they count only where none was sent, and no other job came between.
    """
    items = data.get("jobs")
    if not isinstance(items, list) or not all(isinstance(i, dict) and is_id(i.get("id")) for i in items):
        return None
    known = {job.id: job for job in attempt.jobs if job.id} if attempt else {}
    distinct = {item["id"]: item for item in items}
    new = [id_ for id_ in distinct if id_ not in known]
    if len(new) != len(sent) or any("sequence" in job.shown for job in sent):
        return None
    return tuple(_made(item, known.get(id_), digest, None) for id_, item in distinct.items())


def _job(client: PasqalClient, digest: str, known: Mapping[str, Job], item: Item) -> Job:
    id_ = str(item["id"])
    if id_ in known:
        return _made(item, known[id_], digest, None)
    sequence = item.get("sequence")
    if "sequence" not in item and not item.get("variables"):  # lists leave it out; with variables there is none
        whole = client.read(paths.job(id_), id_)
        if whole is None:
            raise CloudUnavailable(f"job {id_} stands in the list of its batch, and is not there")
        sequence = whole.get("sequence")
    return _made(item, None, digest, sequence)


def _made(item: Item, known: Job | None, digest: str, sequence: Any) -> Job:
    status = status_of(item)
    own, shown = (known.digest, known.shown) if known else _content(item, digest, sequence)
    return Job(
        digest=own,
        shown=shown,
        label=known.label if known else "",
        id=str(item["id"]),
        status=status,
        phase=phase_of(status),
        failure=failure_of(item),
        running=status == RUNNING,
        foreign=known.foreign if known else False,
    )


def _content(item: Item, digest: str, sequence: Any) -> tuple[str, dict[str, Any]]:
    """The digest and what is shown. What no manifest can ask for has a digest that nothing wanted has."""
    runs, variables = item.get("runs"), item.get("variables") or {}
    if isinstance(runs, float) and runs.is_integer():
        runs = int(runs)
    if not isinstance(runs, int) or isinstance(runs, bool) or not isinstance(variables, dict):
        return "", {}
    own = meaning_sha(sequence) if isinstance(sequence, str) and sequence else ""
    try:
        made = job_digest(digest, runs, plain(variables), own)
    except (ValueError, RecursionError):  # numbers beyond all bounds
        return "", {"runs": runs}
    shown: dict[str, Any] = {"runs": runs}
    if variables:
        shown["variables"] = variables
    if own:
        shown["sequence"] = own[:_SHORT]
    return made, shown


def all_ended(jobs: Iterable[Job]) -> bool:
    """Whether none of these is left to cancel: each has ended, runs, or is being cancelled."""
    return not any(job.phase is Phase.OPEN and not job.running for job in jobs)
