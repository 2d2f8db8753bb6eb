"""Runs that can't carry our marks are known by their content alone: what they run, and when they were made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from reconciler.core.address import Address, parse_address
from reconciler.core.attempt import Attempt, Outcome
from reconciler.core.event import Adopted, Concluded, Event, Intended, Verb
from reconciler.core.lower import next_number
from reconciler.core.phase import Phase
from reconciler.core.resource import Resource
from reconciler.core.state import Record, State
from reconciler.core.uid import born
from reconciler.providers.kind import Found
from reconciler.workflow.session import Session, timestamp
from reconciler.workflow.whose import Owners

# Clocks differ, this machine's from the cloud's as well. Looking further back finds more to adopt, never more to pay.
_LAG = timedelta(days=1)


def by_content(
    session: Session,
    state: State,
    declared: Mapping[str, Resource],
    doubts: Sequence[tuple[str, Attempt]],
    found: Iterable[Found],
    owners: Owners,
) -> list[Event]:
    """Adopt what a doubtful create made, and what is declared, was never heard of, and is there already.

    A kind without marks can't tell two equal runs apart, and need not: each stands for what is wanted. Where there are
    more than a doubt could have made, a person has to say which is ours.
    """
    new = {f.attempt.id: f for f in found if f.attempt.digest and f.attempt.id not in owners.ids}
    events: list[Event] = []
    for digest in sorted({f.attempt.digest for f in new.values()}):
        runs = sorted((f.attempt for f in new.values() if f.attempt.digest == digest), key=lambda a: a.submitted)
        mine = [(address, a) for address, a in doubts if a.digest == digest and _unmarked(session, address)]
        events += _for_doubts(session, mine, runs)
        unknown = [r for text, r in declared.items() if _is_unknown(session, r, state.records.get(text))]
        taken = {event.attempt.id for event in events if isinstance(event, Adopted)}
        left = [run for run in runs if run.id not in taken]
        events += _for_unknown(session, state, [r for r in unknown if digest in r.digests], left)
    return events


def in_question(session: Session, state: State, declared: Iterable[Resource], why: str) -> Iterator[Event]:
    """Nothing of these is remembered, and their like can't be searched for: each may have been paid before the state
    was lost, or before an older copy of it was put back. On record from now on until a person says.
    """
    born_at = timestamp(born(session.context.uid))
    for resource in declared:
        if not _is_unheard(resource, state.records.get(str(resource.address))):
            continue
        address = str(resource.address)
        attempt = Attempt(
            token=resource.token(session.scope, 1),
            digest=resource.digest,
            program=resource.program,
            generation=resource.rules.generation,
            number=1,
            place=session.cloud(resource.address.kind).place(resource),
            execution=resource.execution,
            intended=born_at,
        )
        yield Intended(born_at, "", address, Verb.CREATE, attempt.token, attempt, str(resource.rules.on_remove))
        error = f"nothing is remembered of it, and it can't be searched for: {why}"
        yield Concluded(session.now(), "", address, Verb.CREATE, attempt.token, Outcome.UNKNOWN, error=error)


def _unmarked(session: Session, address: str) -> bool:
    return not session.kinds[parse_address(address).kind].marks


def _for_doubts(session: Session, doubts: Sequence[tuple[str, Attempt]], runs: Sequence[Attempt]) -> Iterator[Event]:
    if not doubts:
        return
    begun = min(datetime.fromisoformat(doubt.intended) for _, doubt in doubts) - _LAG
    since = [run for run in runs if datetime.fromisoformat(run.submitted) >= begun]
    if len(since) > len(doubts):
        ids = ", ".join(run.id for run in since)
        for address, doubt in doubts:
            error = f"{len(since)} equal runs were made since: {ids}"
            yield Concluded(session.now(), "", address, Verb.CREATE, doubt.token, Outcome.UNKNOWN, error=error)
        return
    ordered = sorted(doubts, key=lambda pair: pair[1].intended)
    for (address, doubt), run in zip(ordered, since, strict=False):
        yield Adopted(session.now(), address, _as(run, doubt))


def _as(run: Attempt, doubt: Attempt) -> Attempt:
    return replace(
        run,
        token=doubt.token,
        generation=doubt.generation,
        number=doubt.number,
        program=doubt.program,
        execution=doubt.execution,
        intended=doubt.intended,
        request=doubt.request,
    )


def _is_unknown(session: Session, resource: Resource, record: Record | None) -> bool:
    """Whether whatever stands for it would be new to us; what is only observed may go, and another one come."""
    if resource.watched:
        return record is None or not any(a.open and resource.wants(a) for a in record.attempts)
    return _unmarked(session, str(resource.address)) and _is_unheard(resource, record)


def _is_unheard(resource: Resource, record: Record | None) -> bool:
    """Whether nothing of this very run is on record: a state may be lost, or an older copy that was put back."""
    return record is None or not any(resource.wants(a) for a in record.attempts)


def _for_unknown(session: Session, state: State, lost: Sequence[Resource], runs: Sequence[Attempt]) -> Iterator[Event]:
    """The best of the runs that are there, finished before on its way, newest first; each address gets one.

    What is left counts as earlier tries of the first: a rule of retry must not pay anew for what it allowed before.
    """
    if not lost:
        return
    rank = {Phase.DONE: 0, Phase.OPEN: 1, Phase.CLOSING: 2}
    newest_first = list(reversed(runs))
    best = sorted(newest_first, key=lambda run: rank.get(run.phase, 3))
    resources = sorted(lost, key=lambda r: r.address)
    shares: dict[Address, list[Attempt]] = {}
    first, *others = resources
    for resource, run in zip(others, best[1:], strict=False):
        shares[resource.address] = [run]
    taken = {run.id for mine in shares.values() for run in mine}
    shares[first.address] = [run for run in runs if run.id not in taken]
    for resource in resources:
        yield from _taken(session, state, resource, shares.get(resource.address, ()))


def _taken(session: Session, state: State, resource: Resource, runs: Iterable[Attempt]) -> Iterator[Event]:
    record = state.records.get(str(resource.address), Record())
    number = next_number(a for a in record.attempts if resource.wants(a))
    for run in runs:
        told = replace(
            run,
            token=resource.token(session.scope, number),
            generation=resource.rules.generation,
            number=number,
            program=resource.program,
            execution=resource.execution,
            alike=not resource.watched,
        )
        yield Adopted(session.now(), str(resource.address), told)
        number += 1
