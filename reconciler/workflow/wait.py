"""Wait for runs to finish, without the lock: nothing waits for a queue while others want to work."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from reconciler.core.address import Address, parse_address
from reconciler.core.attempt import Attempt
from reconciler.core.event import Event, Observed
from reconciler.core.progress import Heartbeat, Progress, Stage
from reconciler.core.state import State, fold
from reconciler.store.errors import Conflict, LockHeld
from reconciler.store.port import locked
from reconciler.workflow.observe import Refresh, refresh
from reconciler.workflow.rest import rest
from reconciler.workflow.session import Session, Tell

_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 15.0  # seconds
HEARTBEAT = 60.0  # seconds without news: CI systems end jobs that say nothing for ten minutes


@dataclass(frozen=True, slots=True)
class Waited:
    """The state at the end, the addresses still unfinished, and whether a person ended the waiting."""

    state: State
    unfinished: tuple[Address, ...]
    interrupted: bool = False
    saved: bool = True


def wait(
    session: Session,
    about: Callable[[Address], bool],
    timeout: float | None,
    tell: Tell,
    stop: threading.Event,
    beat: Callable[[Heartbeat], None] = lambda _: None,
) -> Waited:
    """Ask until all are finished, `timeout` seconds have passed, or `stop`. Raises CloudUnavailable.

    `beat` hears once a minute that there is no news.
    """
    state = session.store.read().state
    learned: dict[str, Event] = {}  # the last of each run: a day of asking must not become a day's journal
    began = heard = session.clock.monotonic()
    pause = _FIRST_PAUSE
    while True:
        events = refresh(session, _only(state, about), Refresh.OPEN)
        after = fold(state, events)
        changed = list(_differences(session, state, after))
        for progress in changed:
            tell(progress)
        # Without the tags: a command that changed them meanwhile knows better.
        learned.update((event.token, replace(event, tags=None)) for event in events if isinstance(event, Observed))
        state = after
        left = _unfinished(state, about)
        now = session.clock.monotonic()
        over = timeout is not None and now - began >= timeout
        if not left or over or stop.is_set():
            return Waited(state, tuple(left), bool(left) and stop.is_set(), _save(session, list(learned.values())))
        if changed:
            heard = now
        elif now - heard >= HEARTBEAT:
            heard = now
            beat(Heartbeat(session.now(), len(left), int(now - began)))
        rest(session.clock, pause if timeout is None else min(pause, max(0.05, timeout / 10)), stop)
        pause = _FIRST_PAUSE if changed else min(pause * 1.5, _LONGEST_PAUSE)


def _only(state: State, about: Callable[[Address], bool]) -> State:
    records = {text: r for text, r in state.records.items() if about(parse_address(text))}
    return State(state.lineage, state.serial, state.project, state.environment, records)


def _unfinished(state: State, about: Callable[[Address], bool]) -> list[Address]:
    return [
        address for address, attempts in _attempts(state).items() if about(address) and any(a.busy for a in attempts)
    ]


def _attempts(state: State) -> dict[Address, tuple[Attempt, ...]]:
    return {parse_address(text): record.attempts for text, record in sorted(state.records.items())}


def _differences(session: Session, before: State, after: State) -> list[Progress]:
    told = []
    for address, attempts in _attempts(after).items():
        old = before.records[str(address)]
        for attempt in attempts:
            known = old.by_token(attempt.token)
            if known is not None and known.status != attempt.status:
                told.append(
                    session.progress(
                        address, "wait", Stage.STATUS, id=attempt.id, status=attempt.status, detail=attempt.failure
                    )
                )
    return told


def _save(session: Session, learned: list[Event]) -> bool:
    """Record what was seen, if nobody else is at work: they will see the same, and we only looked."""
    if not learned:
        return True
    try:
        with locked(session.store, session.lock_info("wait")):
            session.store.append(*learned)
            snapshot = session.store.read()
            session.store.write(snapshot.state, snapshot.version)
    except (LockHeld, Conflict):
        return False
    return True
