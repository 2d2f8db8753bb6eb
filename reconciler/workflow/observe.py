"""Bring what is remembered up to date with what the clouds say. Changes nothing, and reads nothing that is finished."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from reconciler.core.attempt import LOCAL_ACCOUNT, Attempt, Outcome
from reconciler.core.event import Adopted, Concluded, Event, Managed, Verb
from reconciler.core.mark import MARKS, address_mark
from reconciler.core.phase import Phase
from reconciler.core.resource import Resource
from reconciler.core.state import State
from reconciler.core.uid import born
from reconciler.providers.kind import Cloud, Found, Search
from reconciler.workflow.session import Session
from reconciler.workflow.whose import Owners

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


class WrongMode(Exception):  # noqa: N818 - named after the situation
    """The records are of the local cloud and the project now means the real one, or the other way round."""


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


def check_mode(session: Session, state: State) -> None:
    """A simulated run must never pass for a paid one. Calls nothing. Raises WrongMode."""
    for address, record in state.records.items():
        for attempt in record.attempts:
            local = attempt.place.account.startswith(LOCAL_ACCOUNT)
            if local != (attempt.place.cloud in session.local):
                theirs, ours = ("local", "real") if local else ("real", "local")
                raise WrongMode(
                    f"{address} was submitted to the {theirs} cloud, and this project now means the {ours} one"
                )


def refresh(session: Session, state: State, how: Refresh) -> list[Event]:
    """What the clouds say of the runs we know. Raises CloudUnavailable, WrongAccount and WrongMode."""
    check_mode(session, state)
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
        _check_account(cloud, _placed(name, state))
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
    owners = Owners(session.scope, dict(want.by_address), dict(want.by_mark))
    owners.remember(state)
    events: list[Event] = []
    for name in sorted(_clouds(session, state, want)):
        cloud = session.clouds[name]
        if placed := _placed(name, state):
            # Another account's search finds nothing and knows no token: both would let us pay a second time.
            _check_account(cloud, placed)
        doubts = _doubts(name, state)
        search = Search(session.context.uid, since, frozenset(_regions(session, name, state, want)), bool(doubts))
        if not state.records:
            search = replace(search, maybe=frozenset(cloud.everywhere()))
        found = list(cloud.discover(search))
        for item in found:
            events.extend(_adopted(session, want, owners, item))
        events.extend(_settled(session, doubts, found))
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
    return regions | {attempt.place.region for _, attempt in _placed(name, state)}


def _adopted(session: Session, want: Wanted, owners: Owners, found: Found) -> Iterator[Event]:
    """Take in what is ours and not on record. A run we know stays where it is recorded, whatever its tags say."""
    attempt = found.attempt
    address = owners.address_of(found)
    if address is None or attempt.id in owners.ids:
        return
    owners.ids.add(attempt.id)
    resource = want.by_address.get(address)
    if resource is not None and resource.wants(attempt):
        owned = tuple(sorted({*MARKS, *resource.tags}))
        attempt = replace(attempt, program=resource.program, execution=resource.execution, owned=owned)
    yield Adopted(session.now(), address, attempt)
    if resource is None and attempt.phase not in _UNFINISHED:
        yield Managed(session.now(), address, managed=False)


def _placed(cloud: str, state: State) -> list[tuple[str, Attempt]]:
    attempts = ((address, a) for address, record in state.records.items() for a in record.attempts)
    return [(address, a) for address, a in attempts if a.place.cloud == cloud]


def _doubts(cloud: str, state: State) -> list[tuple[str, Attempt]]:
    return [(address, a) for address, a in _placed(cloud, state) if a.doubtful]


def _settled(session: Session, doubts: Sequence[tuple[str, Attempt]], found: Sequence[Found]) -> Iterator[Event]:
    """A doubtful create that has had its time to show up, and didn't, never happened.

    Unless a run stands there that it may have made, and that lost its marks: then only a person can tell.
    """
    tokens = {f.attempt.token for f in found}
    unmarked = [f.attempt for f in found if not f.attempt.token]
    for address, doubt in doubts:
        if doubt.token in tokens or not is_stale(doubt, session.clock.now()):
            continue
        if not any(_may_have_made(doubt, run) for run in unmarked):
            error = f"not found {int(WINDOW.total_seconds())} s and more after the call"
            yield Concluded(session.now(), "", address, Verb.CREATE, doubt.token, Outcome.REFUSED, error=error)


def _may_have_made(doubt: Attempt, run: Attempt) -> bool:
    between = datetime.fromisoformat(run.submitted) - datetime.fromisoformat(doubt.intended)
    same = all(run.execution[name] == doubt.execution.get(name) for name in ("device", "shots"))
    return same and abs(between) <= WINDOW


def is_stale(doubt: Attempt, now: datetime) -> bool:
    """Whether a doubt is so old that its token may be forgotten: repeating it could make a second run."""
    return now - datetime.fromisoformat(doubt.intended) > WINDOW


def has_doubt(state: State) -> bool:
    """Whether any create has no known outcome."""
    return any(a.doubtful for record in state.records.values() for a in record.attempts)
