"""Wait for runs, and say how they ended: a wait that came to its end is not yet a run that did what was wanted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field

from reconciler.cli.event_stream import EventStream
from reconciler.cli.exits import Exit
from reconciler.cli.interrupt import stoppable
from reconciler.cli.terminal import output
from reconciler.core.address import Address, parse_address
from reconciler.core.attempt import Attempt
from reconciler.core.job import Job
from reconciler.core.ledger import ledger
from reconciler.core.phase import Phase
from reconciler.core.resource import Resource
from reconciler.core.state import Record, State
from reconciler.workflow.applied import Applied
from reconciler.workflow.selection import Selection
from reconciler.workflow.session import Session
from reconciler.workflow.wait import wait

_TOLD = 5  # so many jobs of a batch are named


@dataclass(frozen=True, slots=True)
class Wanted:
    """The tokens of runs that must end well, and by address what is declared: it says which jobs are wanted."""

    tokens: Set[str]
    resources: Mapping[str, Resource] = field(default_factory=dict)


def wait_for(session: Session, wanted: Wanted, selection: Selection, timeout: float | None, stream: EventStream) -> int:
    """Wait until all are finished. The exit code of it."""
    with stoppable() as stop, stream.view() as progress:
        waited = wait(session, selection.holds, timeout, progress.tell, stop, progress.beat)
    out = output()
    bad = list(_ended_badly(waited.state, wanted, selection))
    ends = {"unfinished": list(map(str, waited.unfinished)), "failed": {str(address): how for address, how in bad}}
    stream.emit("waited", {"at": session.now(), **ends, "interrupted": waited.interrupted})
    for address, how in bad:
        out.error(f"error: {address} {how}")
    if waited.interrupted:
        return Exit.INTERRUPTED
    if waited.unfinished and not stream.as_json:
        out.error(f"Still unfinished: {', '.join(map(str, waited.unfinished[:5]))}, {len(waited.unfinished)} in all.")
    if bad:  # before RUNNING: whoever waits again waits for the others, and would never hear of these
        return Exit.ERROR
    return Exit.RUNNING if waited.unfinished else Exit.DONE


def unfinished(state: State) -> frozenset[str]:
    """The tokens of runs that are not finished yet: what failed long ago is no news."""
    return frozenset(a.token for record in state.records.values() for a in record.attempts if a.busy)


def wanted_of(seen: State, applied: Applied) -> frozenset[str]:
    """The runs that are unfinished after an apply or were submitted by it, without those that it cancelled itself."""
    before = {a.token for record in seen.records.values() for a in record.attempts}
    submitted = _tokens(applied.state, applied.submitted) - before  # some are read, and found finished, while applying
    return (unfinished(applied.state) | submitted) - (_tokens(seen, applied.cancelled) & unfinished(seen))


def _tokens(state: State, addresses: list[Address]) -> frozenset[str]:
    records = (state.records.get(str(address)) for address in addresses)
    return frozenset(a.token for record in records if record for a in record.attempts)


def _ended_badly(state: State, wanted: Wanted, selection: Selection) -> Iterator[tuple[Address, str]]:
    """Only the latest attempt of what is declared counts: the others were replaced, and nobody misses them."""
    for text, record in sorted(state.records.items()):
        latest = record.attempts[-1] if record.attempts else None
        address = parse_address(text)
        if not record.managed or latest is None or latest.token not in wanted.tokens or not selection.holds(address):
            continue
        if not latest.open and latest.phase is not Phase.DONE:
            yield address, _how(latest)
        elif jobs := _failed_jobs(wanted.resources.get(text), record, latest):
            yield address, _which(jobs)


def _failed_jobs(resource: Resource | None, record: Record, batch: Attempt) -> list[Job]:
    """Jobs of this batch that are declared and did not come to a result; a job that we took back is not missed."""
    if resource is None or not batch.jobs:
        return []
    entries = ledger(resource, [a for a in record.attempts if a.exists and resource.wants(a)])
    ours = (entry.job for entry in entries if entry.batch == batch.id)  # an older batch's failures are no news
    return [job for job in ours if job.phase in (Phase.FAILED, Phase.CANCELLED)]


def _which(jobs: list[Job]) -> str:
    told = [f"job {job.label or job.id} ended as {job.status}{_reason(job.failure)}" for job in jobs[:_TOLD]]
    more = f"; {len(jobs) - _TOLD} more ended badly" if len(jobs) > _TOLD else ""
    return f"has jobs without a result: {'; '.join(told)}{more}."


def _reason(failure: str) -> str:
    return f": {failure.rstrip('.')}" if failure else ""


def _how(attempt: Attempt) -> str:
    if attempt.missing:
        return f"is not found in the cloud any more: {attempt.id}."
    return f"ended as {attempt.status}{_reason(attempt.failure) or ', and the cloud gave no reason'}."
