"""What differs between the record and the clouds, and what the next apply would do about it. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from reconciler.core.address import parse_address
from reconciler.core.attempt import Attempt
from reconciler.core.change import Change
from reconciler.core.declared import Declared
from reconciler.core.graph import Edges
from reconciler.core.job import Job
from reconciler.core.phase import UNFINISHED, Phase
from reconciler.core.state import State
from reconciler.workflow.observe import Refresh
from reconciler.workflow.orphans import Orphan, Orphans, orphans
from reconciler.workflow.plan import make_plan
from reconciler.workflow.remembered import remember
from reconciler.workflow.session import Session

_BADLY: Mapping[Phase, str] = {Phase.FAILED: "failed", Phase.CANCELLED: "cancelled", Phase.CLOSING: "being cancelled"}
_READ_ONLY = frozenset({"spent", "queued"})  # settings that the cloud counts by itself


class Sort(StrEnum):
    """What sort of difference it is."""

    TAG = "tag"
    RUN = "run"
    SETTING = "setting"
    JOB = "job"
    MISSING = "missing"
    ORPHAN = "orphan"


@dataclass(frozen=True, slots=True)
class Drift:
    """One difference at one address. `recorded` and `now` are None for absent; `then` is what apply would do."""

    address: str
    id: str
    sort: Sort
    what: str
    recorded: Any
    now: Any
    then: str


@dataclass(slots=True)
class Drifted:
    """All differences, by address, and the unfinished runs that no manifest declares."""

    found: list[Drift] = field(default_factory=list)
    unavailable: dict[str, str] = field(default_factory=dict)


def drift(session: Session, declared: Sequence[Declared], edges: Edges, clouds: Iterable[str]) -> Drifted:
    """Ask for all on record, and these clouds for what is on record nowhere. Raises CloudUnavailable, WrongAccount."""
    known = remember(session, Refresh.ALL)
    planned = make_plan(session, declared, edges, known=known)
    changes = {str(change.address): change for change in planned.plan.changes}
    result = Drifted()
    for address, attempt, seen in _pairs(known.snapshot.state, known.seen):
        then = _then(changes.get(address))
        for sort, what, before, after in _differences(attempt, seen):
            result.found.append(Drift(address, attempt.id, sort, what, before, after, then))
    nobody = orphans(session, planned.seen, declared, clouds)
    result.unavailable = nobody.unavailable
    result.found += _in_flight(nobody)
    result.found.sort(key=lambda d: (d.address == "", d.address))
    return result


def _in_flight(nobody: Orphans) -> Iterator[Drift]:
    for run in nobody.runs:
        if run.unfinished:
            yield Drift("", run.attempt.id, Sort.ORPHAN, run.why, None, run.attempt.status, _take(run))


def _take(run: Orphan) -> str:
    return f"nothing: qctl import --generate '{run.attempt.id}' writes a manifest for it"


def _pairs(before: State, after: State) -> Iterator[tuple[str, Attempt, Attempt]]:
    """Every attempt that exists, as recorded and as it is."""
    for address in sorted(before.records, key=parse_address):
        now = after.records[address]
        for attempt in before.records[address].attempts:
            seen = now.by_token(attempt.token)
            if attempt.exists and seen is not None:
                yield address, attempt, seen


Difference = tuple[Sort, str, Any, Any]


def _differences(attempt: Attempt, seen: Attempt) -> Iterator[Difference]:
    if seen.missing:
        if not attempt.missing:
            yield Sort.MISSING, "the cloud has no such run any more", attempt.status, None
        return
    yield from _ended(attempt, seen)
    yield from _tags(attempt, seen)
    yield from _settings(attempt, seen)
    yield from _jobs(attempt, seen)


def _ended(attempt: Attempt, seen: Attempt) -> Iterator[Difference]:
    """An end that nobody here asked for. That a run goes on, and is done some day, is no drift."""
    if attempt.phase is Phase.OPEN and seen.phase in _BADLY:
        why = f": {seen.failure.rstrip('. ')}" if seen.failure else ""
        yield Sort.RUN, f"{_BADLY[seen.phase]} outside of qctl{why}", attempt.status, seen.status
    elif attempt.accepting and not seen.accepting and seen.phase in UNFINISHED:
        yield Sort.RUN, "closed outside of qctl: it takes no more jobs", "open", "closed"


def _tags(attempt: Attempt, seen: Attempt) -> Iterator[Difference]:
    if attempt.shared:
        return  # the environment whose run it is looks after them
    for key in sorted(attempt.tags.keys() | seen.tags.keys()):
        before, after = attempt.tags.get(key), seen.tags.get(key)
        if before != after:
            whose = "" if key in attempt.owned else ", which is not ours"
            yield Sort.TAG, f"tag {key}{whose}", before, after


def _settings(attempt: Attempt, seen: Attempt) -> Iterator[Difference]:
    for name in sorted((attempt.settings.keys() & seen.settings.keys()) - _READ_ONLY):
        if attempt.settings[name] != seen.settings[name]:
            yield Sort.SETTING, name, attempt.settings[name], seen.settings[name]


def _jobs(attempt: Attempt, seen: Attempt) -> Iterator[Difference]:
    before = {job.id: job for job in attempt.jobs}
    for job in seen.jobs:
        known = before.get(job.id)
        if known is None and job.foreign:
            yield Sort.JOB, f"job {job.id} added by somebody else: {_runs(job)}", None, job.status
        elif (
            known is not None and known.phase is Phase.OPEN and job.phase in _BADLY and seen.phase is not Phase.CLOSING
        ):
            name = job.label or job.id
            yield Sort.JOB, f"job {name} {_BADLY[job.phase]} outside of qctl", known.status, job.status


def _runs(job: Job) -> str:
    runs = job.shown.get("runs")
    return f"{runs} runs" if runs is not None else "of another form"


def _then(change: Change | None) -> str:
    """In the words of the plan."""
    if change is None:
        return "nothing: it is no longer in qctl's care"
    return f"{change.action}: {change.reason}" if change.changes_anything else f"nothing: {change.reason}"
