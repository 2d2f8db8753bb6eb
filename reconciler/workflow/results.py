"""Fetch what runs measured."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from reconciler.core.address import Address
from reconciler.core.attempt import Attempt
from reconciler.core.declared import Declared
from reconciler.core.job import Job
from reconciler.core.ledger import ledger
from reconciler.core.phase import Phase
from reconciler.core.resource import Resource
from reconciler.core.standing import standing
from reconciler.core.state import Record, fold
from reconciler.providers.kind import Kind, ResultFile, ResultMissing
from reconciler.simulate.job_result import parse_job
from reconciler.simulate.program_set_result import Executable, parse_program_set
from reconciler.simulate.result import TaskResult, parse
from reconciler.simulate.untrusted import ResultUnreadable
from reconciler.workflow.observe import Refresh, refresh
from reconciler.workflow.session import Session


@dataclass(frozen=True, slots=True)
class Fetched:
    """The result of one run, or of one `job` of a batch: `raw` as stored, and `problem`, a sentence why there is none.

    `result` is what it measured; `document` what a run gave back that measures nothing in our sense.
    """

    address: Address
    attempt: Attempt | None = None
    raw: bytes = b""
    result: TaskResult | None = None
    problem: str = ""
    job: Job | None = None
    document: Any = None

    @property
    def running(self) -> bool:
        """Whether there may be a result later."""
        if self.job is not None:
            return self.job.open and bool(self.job.id)
        return self.attempt is not None and self.attempt.open


def fetch(session: Session, declared: Sequence[Declared]) -> Iterator[Fetched]:
    """The results of these addresses in order. Reads live states first. Raises CloudUnavailable."""
    state = session.store.read().state
    state = fold(state, refresh(session, state, Refresh.OPEN))
    shared: dict[str, _Shared] = {}
    for item in declared:
        kind = session.kinds[item.address.kind]
        resource = kind.desired(item, session.context)
        if resource.settings is not None:
            continue  # a limit or a set of tags lasts, and measures nothing
        attempts = state.records.get(str(item.address), Record()).attempts
        if resource.jobs is None:
            attempt = standing(resource, attempts)
            if attempt is not None and attempt.group and attempt.phase in (Phase.DONE, Phase.FAILED):
                if attempt.group not in shared:
                    shared[attempt.group] = _shared(session, kind, attempt)
                yield _member(shared[attempt.group], item.address, attempt)
            else:
                yield _run(session, kind, item.address, attempt)
        else:
            yield from _batch(session, kind, resource, [a for a in attempts if a.exists and resource.wants(a)])


def _run(session: Session, kind: Kind, address: Address, attempt: Attempt | None) -> Fetched:
    if attempt is None:
        return Fetched(address, problem="not submitted yet")
    if attempt.phase is not Phase.DONE:
        why = f": {attempt.failure}" if attempt.failure else ""
        return Fetched(address, attempt, problem=f"{attempt.status or 'submitted'}{why}")
    try:
        files = session.cloud(kind.name).results(kind.name, attempt)
    except ResultMissing as error:
        return Fetched(address, attempt, problem=str(error))
    return _read(kind, address, attempt, files[0] if files else ResultFile(problem="the cloud names no result"))


@dataclass(frozen=True, slots=True)
class _Shared:
    """The results of a task that several runs share, read once."""

    raw: bytes = b""
    executables: tuple[Executable, ...] = ()
    problem: str = ""


def _shared(session: Session, kind: Kind, attempt: Attempt) -> _Shared:
    """Of a failed set too: what went well in it was paid for and is there."""
    raw = b""
    try:
        file = session.cloud(kind.name).results(kind.name, attempt)[0]
        raw = file.data
        beside = file.beside
        if beside is None:
            return _Shared(raw, problem="its results are of several runs, and can't be told apart")
        return _Shared(raw, parse_program_set(raw.decode(), lambda path: beside(path).decode()))
    except ResultMissing as error:
        return _Shared(problem=str(error))
    except (ResultUnreadable, ValueError, RecursionError) as error:
        return _Shared(raw, problem=f"the result file can't be read: {error}")


def _member(shared: _Shared, address: Address, attempt: Attempt) -> Fetched:
    if shared.problem or attempt.member >= len(shared.executables):
        problem = shared.problem or "the results of its program set end before it"
        return Fetched(address, attempt, shared.raw, problem=problem)
    mine = shared.executables[attempt.member]
    return Fetched(address, attempt, shared.raw, mine.result, problem="" if mine.result else mine.failure)


def _batch(session: Session, kind: Kind, resource: Resource, batches: Sequence[Attempt]) -> Iterator[Fetched]:
    """Job by job in the order of the manifest, in whatever batch each was paid."""
    files: dict[str, tuple[Attempt, ResultFile]] = {}
    for batch in batches:
        if any(job.phase is Phase.DONE for job in batch.jobs):
            for file in session.cloud(kind.name).results(kind.name, batch):
                if file.job is not None:
                    files[file.job.id] = batch, file
    for entry in ledger(resource, batches)[: len(resource.jobs or ())]:
        job = entry.job
        known = files.get(job.id)
        if job.phase is Phase.DONE and known is not None:
            yield _read(kind, resource.address, known[0], known[1], job)
        else:
            why = f": {job.failure}" if job.failure else ""
            status = job.status or ("submitted" if job.id else "not submitted yet")
            yield Fetched(resource.address, problem=f"{status}{why}", job=job)


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _read(kind: Kind, address: Address, attempt: Attempt, file: ResultFile, job: Job | None = None) -> Fetched:
    if file.problem:
        return Fetched(address, attempt, file.data, problem=file.problem, job=job)
    try:
        text = (file.data if file.inner is None else file.inner).decode()
    except UnicodeDecodeError as error:
        return Fetched(address, attempt, file.data, problem=f"the result file is no text: {error}", job=job)
    try:
        if kind.result == "document":
            return Fetched(address, attempt, file.data, job=job, document=json.loads(text, parse_constant=_refuse))
        result = parse_job(text) if kind.result == "job" else parse(text)
        return Fetched(address, attempt, file.data, result, job=job)
    except (ResultUnreadable, ValueError, RecursionError) as error:
        return Fetched(address, attempt, file.data, problem=f"the result file can't be read: {error}", job=job)
