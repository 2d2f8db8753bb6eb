"""Two states of one project as one, in which nothing that was ever paid or doubted is forgotten."""

from __future__ import annotations

from dataclasses import replace

from reconciler.core.attempt import ABSENT_BY_HAND, Attempt, Outcome
from reconciler.core.history import merged
from reconciler.core.state import Record, State


def with_wishes_of(known: State, wished: State) -> State:
    """The known state, with the care and the addresses that `wished` has, and with every attempt of both.

    This is what putting an earlier state back means. Its word counts for what a person may decide: at which address a
    run stands, whether it is looked after, and how it is removed. What the newer one learnt of runs stays learnt: an
    old copy that claimed to know less would pay again.
    """
    learnt = {a.token: a for record in known.records.values() for a in record.attempts}
    wanted = {a.token for record in wished.records.values() for a in record.attempts}
    records = dict(wished.records)
    for address, record in wished.records.items():
        attempts = tuple(_one(learnt.get(a.token), a) for a in record.attempts)
        records[address] = replace(record, attempts=attempts, log=_touches(record, known.records.get(address)))
    for address, record in known.records.items():
        news = tuple(a for a in record.attempts if a.token not in wanted)
        if news:
            there = records.get(address) or replace(record, attempts=())
            records[address] = replace(there, attempts=(*there.attempts, *news))
    return replace(known, records=records, log=merged(known.log, wished.log))


def together(newer: State, older: State) -> State:
    """The newer state, and every attempt that only the older one has, or has the id of."""
    told = {a.token: a for record in older.records.values() for a in record.attempts}
    known = {a.token for record in newer.records.values() for a in record.attempts}
    records = {
        address: replace(
            record,
            attempts=tuple(_better(a, told.get(a.token)) for a in record.attempts),
            log=_touches(older.records.get(address), record),
        )
        for address, record in newer.records.items()
    }
    for address, record in older.records.items():
        missing = tuple(a for a in record.attempts if a.token not in known)
        if missing:
            there = records.get(address) or replace(record, attempts=())
            records[address] = replace(there, attempts=(*missing, *there.attempts))
    return replace(newer, records=records, log=merged(newer.log, older.log))


def _touches(*records: Record | None) -> tuple[str, ...]:
    """The commands that changed something at an address by either state, those of the first one first."""
    return tuple(dict.fromkeys(entry for record in records if record is not None for entry in record.log))


def _better(newer: Attempt, older: Attempt | None) -> Attempt:
    if older is None:
        return newer
    return _traced(older, newer) if older.exists and not newer.exists else _traced(newer, older)


def _traced(attempt: Attempt, other: Attempt) -> Attempt:
    """With what only the other one knows of its submission: by whom, for how much, on what device."""
    return replace(
        attempt,
        entry=attempt.entry or other.entry,
        estimate=attempt.estimate or other.estimate,
        facts=attempt.facts or other.facts,
        actual=attempt.actual or other.actual,
    )


def _one(known: Attempt | None, wished: Attempt) -> Attempt:
    """An id once known is never unlearnt; and what only a person called absent is in doubt again."""
    if known is None:
        return wished
    if (wished.exists and not known.exists) or _was_ruled_absent(known, wished):
        return _traced(wished, known)
    return replace(_traced(known, wished), origin=wished.origin)


def _was_ruled_absent(known: Attempt, wished: Attempt) -> bool:
    doubted = wished.outcome in (Outcome.PENDING, Outcome.UNKNOWN)
    return doubted and known.outcome is Outcome.REFUSED and known.failure == ABSENT_BY_HAND


def forgets(successor: State, standing: State) -> bool:
    """Whether `successor` lacks a run that `standing` has, or knows less of it."""
    there = {a.token: a for record in successor.records.values() for a in record.attempts}
    return any(
        a.token not in there or (a.exists and not there[a.token].exists)
        for record in standing.records.values()
        for a in record.attempts
    )
