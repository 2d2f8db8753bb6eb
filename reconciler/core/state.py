"""What qctl remembers: for each address its attempts. A pure fold over events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from reconciler.core.attempt import ABSENT_BY_HAND, Attempt, Outcome
from reconciler.core.event import (
    Adopted,
    Began,
    Billed,
    Concluded,
    Event,
    Finished,
    Intended,
    Managed,
    Moved,
    Observed,
    Resolved,
    Verb,
)
from reconciler.core.history import LogEntry, open_entry, with_begun, with_finished
from reconciler.core.job_record import jobs_added, jobs_seen
from reconciler.core.phase import ENDS, Phase


@dataclass(frozen=True, slots=True)
class Record:
    """Everything ever attempted at one address, oldest first. `managed` is False once it left the manifest.

    `removal` is what to do with an unfinished run when the declaration is gone, and with it its own rule. `log` names
    the commands that changed something here.
    """

    attempts: tuple[Attempt, ...] = ()
    managed: bool = True
    removal: str = "cancel"
    log: tuple[str, ...] = ()

    def by_token(self, token: str) -> Attempt | None:
        """The attempt with this run identity."""
        return next((a for a in self.attempts if a.token == token), None)


@dataclass(frozen=True, slots=True)
class State:
    """Records by address text. `lineage` tells whether two states are related, `serial` which is newer.

    `log` has the commands that changed something, oldest first.
    """

    lineage: str
    serial: int
    project: str  # the project's uid
    environment: str
    records: Mapping[str, Record] = field(default_factory=dict)
    log: tuple[LogEntry, ...] = ()


def fold(state: State, events: Iterable[Event]) -> State:
    """The state after these events. Events about an attempt that nobody intended or adopted change nothing."""
    records, log = dict(state.records), state.log
    entry = open_entry(log)
    for event in events:
        match event:
            case Began():
                log, entry = with_begun(log, event.entry), event.entry.id
            case Finished():
                log, entry = with_finished(log, event.id, event.at, event.ending, event.counts), ""
            case Moved():
                _move(records, event, entry)
            case _:
                after = _after(records.get(event.address, Record()), event, entry)
                if after is not None:
                    records[event.address] = after
    return replace(state, records=records, log=log)


def _move(records: dict[str, Record], event: Moved, entry: str) -> None:
    """What is at the new address already stays there too: no attempt is ever forgotten."""
    old, new = records.pop(event.address, None), records.get(event.to, Record())
    if old is None:
        return
    known = {a.token for a in new.attempts}
    moved = (_renamed(a, event) for a in old.attempts if a.token not in known)
    log = tuple(dict.fromkeys((*old.log, *new.log)))
    records[event.to] = _touched(replace(old, attempts=(*moved, *new.attempts), log=log), entry)


def _renamed(attempt: Attempt, event: Moved) -> Attempt:
    origin = attempt.origin or event.address
    return replace(attempt, origin="" if origin == event.to else origin)


_OfOne = Intended | Concluded | Observed | Adopted | Managed | Resolved | Billed


def _after(record: Record, event: _OfOne, entry: str) -> Record | None:
    match event:
        case Intended(verb=Verb.CREATE, attempt=Attempt() as attempt, removal=removal):
            log = _logged(record, entry)
            ruled = replace(record, managed=True, removal=removal or record.removal, log=log)
            return _put(ruled, _pending(record, attempt, entry))
        case Adopted(attempt=attempt):
            return _put(replace(record, managed=True, log=_logged(record, entry)), _adopted(record, attempt))
        case Managed(managed=managed, removal=removal):
            ruled = replace(record, managed=managed, removal=removal or record.removal)
            return _touched(ruled, entry)
        case Intended() | Resolved():
            known = record.by_token(event.token)
            return _put(_touched(record, entry), _told(known, event)) if known else None
        case Concluded() | Observed() | Billed():
            known = record.by_token(event.token)
            return _put(record, _told(known, event)) if known else None


def _logged(record: Record, entry: str) -> tuple[str, ...]:
    return record.log if not entry or record.log[-1:] == (entry,) else (*record.log, entry)


def _touched(record: Record, entry: str) -> Record:
    log = _logged(record, entry)
    return record if log is record.log else replace(record, log=log)


def _pending(record: Record, attempt: Attempt, entry: str) -> Attempt:
    """A repeated create must not forget that an earlier call with this token already got an id.

    How long we have looked for a doubtful run counts from its latest call: that one may have made it. In the log it
    belongs to the command that sent it first.
    """
    known = record.by_token(attempt.token)
    if known is not None and known.exists:
        return known
    first = entry if known is None else known.entry
    return replace(attempt, entry=first) if first else attempt


def _adopted(record: Record, attempt: Attempt) -> Attempt:
    """Tags can be copied to another run by anybody: the id in the state is the truth (design, section 4)."""
    known = record.by_token(attempt.token)
    if known is None:
        return attempt
    if known.exists:
        return known
    # What only we knew when it was sent: by whom, for how much, on what device.
    attempt = replace(
        attempt,
        entry=known.entry,
        estimate=attempt.estimate or known.estimate,
        facts=attempt.facts or known.facts,
    )
    # A batch is made with all its jobs or not at all: those that its list does not show yet are there as well.
    return jobs_seen(replace(attempt, jobs=known.jobs), attempt.jobs) if known.jobs else attempt


def _told(attempt: Attempt, event: Intended | Concluded | Observed | Resolved | Billed) -> Attempt:
    match event:
        case Intended(verb=Verb.ADD):
            return replace(attempt, adding=event.adding)
        case Intended():
            return replace(attempt, touched=True)
        case Concluded():
            return _concluded(attempt, event)
        case Observed():
            return _observed(attempt, event)
        case Resolved():
            return _resolved(attempt)
        case Billed():
            return replace(attempt, actual=event.actual)


def _resolved(attempt: Attempt) -> Attempt:
    if attempt.exists:  # then the doubt was about jobs sent to it
        return replace(attempt, adding=None)
    return replace(attempt, outcome=Outcome.REFUSED, failure=ABSENT_BY_HAND)


def _concluded(attempt: Attempt, event: Concluded) -> Attempt:
    if event.verb is Verb.CREATE:
        return _created(attempt, event)
    if event.verb is Verb.ADD:
        return jobs_added(attempt, event)
    if event.verb is Verb.DELETE and event.outcome is Outcome.ACCEPTED:
        return replace(attempt, phase=Phase.CANCELLED, status="DELETED", ended=event.at, touched=False)
    if event.outcome is Outcome.ACCEPTED and event.settings is not None:
        return replace(attempt, settings=event.settings, touched=False)
    if event.outcome is Outcome.ACCEPTED and event.tags is not None:
        return replace(attempt, tags=event.tags, owned=event.owned, touched=False)
    return replace(attempt, touched=event.outcome is Outcome.UNKNOWN)


def _created(attempt: Attempt, event: Concluded) -> Attempt:
    if attempt.exists:
        return attempt  # an id once known is never unlearnt
    if event.outcome is Outcome.ACCEPTED:
        taken = replace(attempt, outcome=event.outcome, id=event.id, submitted=event.at, failure="", doubted="")
        return taken if event.jobs is None else jobs_seen(taken, event.jobs)
    # The first word after the call tells when it ended. Words of searches name no call: a death has none of its own.
    ended = attempt.doubted or (event.at if event.intent else "")
    doubted = ended if event.outcome is Outcome.UNKNOWN else ""
    return replace(attempt, outcome=event.outcome, failure=event.error, doubted=doubted)


def _observed(attempt: Attempt, event: Observed) -> Attempt:
    if event.missing:
        return replace(attempt, missing=True, touched=False)
    if attempt.phase in ENDS and event.phase not in ENDS:
        return attempt  # an older look that is recorded late: what ended does not begin again
    if event.jobs is not None:
        attempt = jobs_seen(attempt, event.jobs)
    return replace(
        attempt,
        accepting=event.accepting,
        settings=attempt.settings if event.settings is None else event.settings,
        status=event.status,
        queue=event.queue,
        phase=event.phase,
        submitted=event.submitted or attempt.submitted,
        ended=event.ended or attempt.ended,
        output=event.output or attempt.output,
        failure=event.failure or attempt.failure,
        tags=attempt.tags if event.tags is None else event.tags,
        missing=False,
        # Only a look that saw the tags ends the doubt about a tag call.
        touched=attempt.touched and event.tags is None,
    )


def _put(record: Record, attempt: Attempt) -> Record:
    if record.by_token(attempt.token) is None:
        return replace(record, attempts=(*record.attempts, attempt))
    kept = tuple(attempt if a.token == attempt.token else a for a in record.attempts)
    return replace(record, attempts=kept)
