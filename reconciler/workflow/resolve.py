"""The human way out of a doubt: a person says what became of a submission."""

from __future__ import annotations

from dataclasses import replace

from reconciler.core.address import Address
from reconciler.core.attempt import Attempt, Outcome
from reconciler.core.event import Adopted, Event, Intended, Resolved, Verb
from reconciler.core.mark import TAG_RUN, read_run_mark
from reconciler.core.resource import Resource
from reconciler.core.state import Record, State
from reconciler.providers.kind import CloudUnavailable
from reconciler.store.port import locked
from reconciler.workflow.noting import begin, noted
from reconciler.workflow.session import Session


class NothingToResolve(Exception):  # noqa: N818 - named after the situation
    """The address has no submission in doubt, or the named run does not exist."""


def resolve(session: Session, address: Address, adopt: str | None, declared: Resource | None = None) -> Event:
    """Adopt the run with this id, or, without one, record that there is none.

    Where nothing is remembered and nothing can be searched for, the word is about what is `declared`.
    Raises NothingToResolve, CloudUnavailable and the store's errors.
    """
    info = session.lock_info("state resolve")
    with locked(session.store, info):
        snapshot = session.store.read()
        record = snapshot.state.records.get(str(address), Record())
        attempt, before = _in_doubt(session, address, record, declared)
        event: Event = Resolved(session.now(), str(address), attempt.token)
        if adopt is not None:
            if attempt.exists:
                raise NothingToResolve(
                    f"jobs that were sent to batch {attempt.id} are found by themselves, if they are there; "
                    "only --absent can be said of them"
                )
            adopted = _adopted(session, address, attempt, adopt)
            _check_free(snapshot.state, adopt)
            _check_content(session, address, attempt, adopt)
            event = Adopted(session.now(), str(address), adopted)
        began = begin(info, session.origin())
        session.store.append(began, *before, event)
        after = session.store.read()
        session.store.write(noted(after.state, began), after.version)
    return event


def _check_free(state: State, run_id: str) -> None:
    """One run stands for one address: a run without marks could otherwise be taken twice, and one never be made."""
    for text, record in state.records.items():
        if any(attempt.id == run_id for attempt in record.attempts if attempt.exists):
            raise NothingToResolve(f"{run_id} is on record already, as a run of {text}")


def _in_doubt(
    session: Session, address: Address, record: Record, declared: Resource | None
) -> tuple[Attempt, tuple[Event, ...]]:
    """The attempt that the word is about, and what must be recorded first for it to be one."""
    doubtful = [a for a in record.attempts if a.doubtful or a.adding is not None]
    if doubtful:
        return doubtful[-1], ()
    if declared is None or record.attempts or session.kinds[address.kind].marks:
        raise NothingToResolve(f"{address} has no submission whose outcome is unknown")
    # It may have been submitted before the state was lost, and nobody but a person can know.
    attempt = Attempt(
        token=declared.token(session.scope, 1),
        digest=declared.digest,
        program=declared.program,
        generation=declared.rules.generation,
        number=1,
        place=session.cloud(address.kind).place(declared),
        execution=declared.execution,
        intended=session.now(),
    )
    return attempt, (Intended(session.now(), "", str(address), Verb.CREATE, attempt.token, attempt),)


def _adopted(session: Session, address: Address, attempt: Attempt, run_id: str) -> Attempt:
    taken = replace(attempt, outcome=Outcome.ACCEPTED, id=run_id, submitted=session.now())
    # Pretend that it is old: a run that a person names must be there now.
    asked = replace(taken, submitted="1970-01-01T00:00:00Z")
    cloud = session.cloud(address.kind)
    seen = [o for o in cloud.observe([(str(address), asked)]) if not o.missing]
    if not seen:
        raise NothingToResolve(f"{cloud.account()} has no run {run_id}")
    found = seen[0]
    mark = read_run_mark((found.tags or {}).get(TAG_RUN, ""))
    if mark is not None and mark.token != attempt.token:
        raise NothingToResolve(f"{run_id} carries the marks of another run, so it can't be the one in doubt")
    return replace(
        taken,
        status=found.status,
        phase=found.phase,
        submitted=found.submitted,
        ended=found.ended,
        output=found.output,
        failure=found.failure,
        tags=found.tags or {},
        jobs=found.jobs or (),
        accepting=found.accepting,
    )


def _check_content(session: Session, address: Address, attempt: Attempt, run_id: str) -> None:
    """A run without marks stands for what it runs, and for nothing else. Where none can be listed, a word is enough."""
    if session.kinds[address.kind].marks:
        return
    since_ever = replace(attempt, intended="1971-01-01T00:00:00Z")
    try:
        equal = session.tokenless(address.kind).look(address.kind, since_ever, frozenset())
    except CloudUnavailable:
        return
    if run_id not in {found.attempt.id for found in equal}:
        raise NothingToResolve(f"{run_id} runs something else than {address} declares")
