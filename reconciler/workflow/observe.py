"""Bring what is remembered up to date with what the clouds say. Changes nothing, and reads nothing that is finished."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from reconciler.core.attempt import Attempt, Outcome, Phase
from reconciler.core.event import Adopted, Concluded, Event, Managed, Verb
from reconciler.core.mark import MARKS, TAG_RUN, address_mark, read_address_mark, read_run_mark
from reconciler.core.resource import Resource
from reconciler.core.state import Record, State
from reconciler.core.uid import born
from reconciler.providers.kind import Cloud, Found
from reconciler.workflow.session import Session

# How long a cloud may need to show what it accepted. A doubtful run that our tags don't find after it is absent.
WINDOW = timedelta(minutes=5)
# Clocks differ; a project made a day ahead of ours still finds its runs.
_SKEW = timedelta(days=1)
_UNFINISHED = (Phase.OPEN, Phase.CLOSING)


class Refresh(StrEnum):
    """What to read: unfinished runs, all of them, or nothing."""

    OPEN = "open"
    ALL = "all"
    NONE = "none"


class WrongAccount(Exception):  # noqa: N818 - named after the situation
    """The records belong to another account than these credentials do."""

    def __init__(self, address: str, recorded: str, ours: str) -> None:
        super().__init__(f"{address} lives in account {recorded}, these credentials are for {ours}")
        self.address, self.recorded, self.ours = address, recorded, ours


@dataclass(frozen=True, slots=True)
class Wanted:
    """The desired resources, by address text and by the mark that they leave on a cloud."""

    by_address: Mapping[str, Resource]
    by_mark: Mapping[str, Resource]


def wanted(resources: Sequence[Resource]) -> Wanted:
    """Index the desired side."""
    return Wanted({str(r.address): r for r in resources}, {address_mark(r.address): r for r in resources})


def refresh(session: Session, state: State, how: Refresh) -> list[Event]:
    """What the clouds say of the runs we know. Raises CloudUnavailable and WrongAccount."""
    if how is Refresh.NONE:
        return []
    asked: dict[str, list[tuple[str, Attempt]]] = {}
    for address, record in state.records.items():
        for attempt in record.attempts:
            if attempt.exists and (how is Refresh.ALL or attempt.phase in _UNFINISHED or attempt.touched):
                asked.setdefault(attempt.place.cloud, []).append((address, attempt))
    events: list[Event] = []
    for name, attempts in asked.items():
        cloud = session.clouds[name]
        _check_account(cloud, attempts)
        events.extend(cloud.observe(attempts))
    return events


def _check_account(cloud: Cloud, attempts: Sequence[tuple[str, Attempt]]) -> None:
    ours = cloud.account()
    for address, attempt in attempts:
        if attempt.place.account != ours:
            raise WrongAccount(address, attempt.place.account, ours)


def discover(session: Session, state: State, want: Wanted) -> list[Event]:
    """Runs with our marks that we don't remember, and the end of doubts. Raises CloudUnavailable and WrongAccount."""
    since = born(session.context.uid) - _SKEW
    now = session.clock.now()
    events: list[Event] = []
    for name in sorted(_clouds(session, state, want)):
        cloud = session.clouds[name]
        if doubts := _doubts(name, state):
            # Another account's search finds nothing and knows no token: both would let us pay a second time.
            _check_account(cloud, doubts)
        regions = _regions(session, name, state, want)
        for found in cloud.discover(session.context.uid, since, regions):
            events.extend(_adopted(session, state, want, found))
        known = {e.attempt.token for e in events if isinstance(e, Adopted)}
        events.extend(_settled(name, state, known, now, session.now()))
    return events


def _clouds(session: Session, state: State, want: Wanted) -> set[str]:
    """The clouds in use; all of them when nothing is declared or remembered: whatever is there may be ours."""
    used = {session.kinds[r.address.kind].cloud for r in want.by_address.values()}
    used |= {a.place.cloud for record in state.records.values() for a in record.attempts}
    return used or set(session.clouds)


def _regions(session: Session, name: str, state: State, want: Wanted) -> set[str]:
    """Where our runs may be: at the project's devices, at the declared ones, and wherever we remember one."""
    cloud = session.clouds[name]
    regions = cloud.regions(session.context.devices.values())
    ours = (r for r in want.by_address.values() if session.kinds[r.address.kind].cloud == name)
    regions |= {cloud.place(resource).region for resource in ours}
    for record in state.records.values():
        regions |= {a.place.region for a in record.attempts if a.place.cloud == name}
    return regions


def _adopted(session: Session, state: State, want: Wanted, found: Found) -> Iterator[Event]:
    mark = read_run_mark(found.attempt.tags.get(TAG_RUN, ""))
    if mark is None or mark.environment != session.context.environment:
        return
    resource = want.by_mark.get(found.mark)
    address = resource.address if resource else read_address_mark(found.mark)
    if address is None:
        return  # shortened, and no longer declared: only its full address could say whose it is
    record = state.records.get(str(address), Record())
    known = record.by_token(found.attempt.token)
    if known is not None and known.exists:
        return
    attempt = found.attempt
    if resource is not None and resource.wants(attempt):
        owned = tuple(sorted({*MARKS, *resource.tags}))
        attempt = replace(attempt, program=resource.program, execution=resource.execution, owned=owned)
    yield Adopted(session.now(), str(address), attempt)
    if resource is None and attempt.phase not in _UNFINISHED:
        yield Managed(session.now(), str(address), managed=False)


def _doubts(cloud: str, state: State) -> list[tuple[str, Attempt]]:
    attempts = ((address, a) for address, record in state.records.items() for a in record.attempts)
    return [(address, a) for address, a in attempts if a.doubtful and a.place.cloud == cloud]


def _settled(cloud: str, state: State, found: set[str], now: datetime, at: str) -> Iterator[Event]:
    """A doubtful create that has had its time to show up, and didn't, never happened."""
    for address, attempt in _doubts(cloud, state):
        if attempt.token not in found and now - datetime.fromisoformat(attempt.intended) > WINDOW:
            error = f"not found {int(WINDOW.total_seconds())} s and more after the call"
            yield Concluded(at, "", address, Verb.CREATE, attempt.token, Outcome.REFUSED, error=error)


def has_doubt(state: State) -> bool:
    """Whether any create has no known outcome."""
    return any(a.doubtful for record in state.records.values() for a in record.attempts)
