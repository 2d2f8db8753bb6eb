"""Fetch what runs measured."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reconciler.core.address import Address
from reconciler.core.attempt import Attempt
from reconciler.core.declared import Declared
from reconciler.core.phase import Phase
from reconciler.core.standing import standing
from reconciler.core.state import Record, fold
from reconciler.providers.kind import ResultMissing
from reconciler.simulate.result import TaskResult, parse
from reconciler.simulate.untrusted import ResultUnreadable
from reconciler.workflow.observe import Refresh, refresh
from reconciler.workflow.session import Session


@dataclass(frozen=True, slots=True)
class Fetched:
    """The result of one address: `raw` as stored and `result` as read, or `problem`, a sentence why there is none."""

    address: Address
    attempt: Attempt | None = None
    raw: bytes = b""
    result: TaskResult | None = None
    problem: str = ""


def fetch(session: Session, declared: Sequence[Declared]) -> Iterator[Fetched]:
    """The results of these addresses in order. Reads live states first. Raises CloudUnavailable."""
    state = session.store.read().state
    state = fold(state, refresh(session, state, Refresh.OPEN))
    for item in declared:
        resource = session.kinds[item.address.kind].desired(item, session.context)
        record = state.records.get(str(item.address), Record())
        yield _one(session, item.address, standing(resource, record.attempts))


def _one(session: Session, address: Address, attempt: Attempt | None) -> Fetched:
    if attempt is None:
        return Fetched(address, problem="not submitted yet")
    if attempt.phase is not Phase.DONE:
        why = f": {attempt.failure}" if attempt.failure else ""
        return Fetched(address, attempt, problem=f"{attempt.status or 'submitted'}{why}")
    try:
        raw = session.cloud(address.kind).results(attempt)
        return Fetched(address, attempt, raw, parse(raw.decode()))
    except ResultMissing as error:
        return Fetched(address, attempt, problem=str(error))
    except UnicodeDecodeError as error:
        return Fetched(address, attempt, raw, problem=f"the result file is no text: {error}")
    except ResultUnreadable as error:
        return Fetched(address, attempt, raw, problem=f"the result file can't be read: {error}")
