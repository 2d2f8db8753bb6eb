"""Bring what is remembered up to date with what the clouds say. Changes nothing, and reads nothing that is finished."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from reconciler.core.attempt import LOCAL_ACCOUNT, Attempt, Outcome
from reconciler.core.event import Concluded, Event, Observed, Verb
from reconciler.core.job_record import jobs_seen
from reconciler.core.state import State
from reconciler.providers.kind import Cloud
from reconciler.workflow.session import Session


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
            if attempt.exists and (how is Refresh.ALL or attempt.unsettled):
                asked.setdefault(attempt.place.cloud, []).append((address, attempt))
    events: list[Event] = []
    for name, attempts in asked.items():
        cloud = session.clouds[name]
        check_account(cloud, placed(name, state))
        seen = list(cloud.observe(attempts))
        events.extend(seen)
        events.extend(_overdue(session, cloud, attempts, seen))
    return events


def check_account(cloud: Cloud, attempts: Sequence[tuple[str, Attempt]]) -> None:
    """Other credentials must never make a run look lost. Raises WrongAccount."""
    ours = cloud.account()
    for address, attempt in attempts:
        if attempt.place.account != ours:
            raise WrongAccount(address, attempt.place.account, ours)


def _overdue(
    session: Session, cloud: Cloud, asked: Sequence[tuple[str, Attempt]], seen: Sequence[Observed]
) -> Iterator[Event]:
    """Jobs sent to an open batch that have had their time to show up, and didn't, never came to be."""
    looks = {event.token: event for event in seen if event.jobs is not None}
    for address, attempt in asked:
        look = looks.get(attempt.token)
        if attempt.adding is None or look is None:
            continue
        if not is_over(attempt.adding.doubted or attempt.adding.at, session.clock.now(), cloud.window):
            continue
        if jobs_seen(attempt, look.jobs or ()).adding is not None:
            error = f"not found {int(cloud.window.total_seconds())} s and more after the call"
            yield Concluded(session.now(), "", address, Verb.ADD, attempt.token, Outcome.REFUSED, error=error)


def placed(cloud: str, state: State) -> list[tuple[str, Attempt]]:
    """Every attempt on this cloud with its address text."""
    attempts = ((address, a) for address, record in state.records.items() for a in record.attempts)
    return [(address, a) for address, a in attempts if a.place.cloud == cloud]


def is_over(begun: str, now: datetime, window: timedelta) -> bool:
    """Whether what began then has had its time to show up."""
    return now - datetime.fromisoformat(begun) > window


def doubt_is_over(session: Session, attempt: Attempt) -> bool:
    """Whether what a doubtful create may have made has had its time to show up.

    The last call counts, and that from its end: a caller may have waited long for an answer. Also where a token
    protects a repetition, for nobody may want one any more.
    """
    began = attempt.doubted or attempt.intended
    return is_over(began, session.clock.now(), session.clouds[attempt.place.cloud].window)


def has_doubt(state: State) -> bool:
    """Whether any create has no known outcome."""
    return any(a.doubtful for record in state.records.values() for a in record.attempts)
