"""What other environments of the project have paid is not paid again here, if the project says so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field

from reconciler.core.address import Address
from reconciler.core.attempt import Attempt
from reconciler.core.change import Action, Change
from reconciler.core.diagnostic import Diagnostic, Severity
from reconciler.core.event import PAYING, Adopted
from reconciler.core.phase import Phase
from reconciler.core.resource import Resource
from reconciler.core.sharing import paid_there, runs_there
from reconciler.core.state import Record, State, fold
from reconciler.workflow.session import Session

_SUBMITS = frozenset({Action.CREATE, Action.REPLACE, Action.UPDATE})


@dataclass(slots=True)
class Reused:
    """Records of runs that are paid in another environment, and what is to be known before one is paid here."""

    events: list[Adopted] = field(default_factory=list)
    findings: list[Diagnostic] = field(default_factory=list)


def reuse(
    session: Session,
    changes: Sequence[Change],
    resources: Mapping[str, Resource],
    former: Mapping[str, str],
    seen: State,
    forced: Set[Address],
    *,
    live: bool,
) -> Reused:
    """Of each run that would be submitted, the one that another environment has paid.

    `former`: older address texts with what they are called now. `live`: ask the clouds about runs that were unfinished
    when their environment was looked at last. The other states are read without their locks: what is being written
    there just now is not finished, and what is not finished is not shared. Raises the store's errors, for a state that
    can't be read may hold what was paid, and CloudUnavailable.
    """
    result = Reused()
    if session.others is None:
        return result
    asked = [resources[str(c.address)] for c in changes if _would_pay(c, forced)]
    # A lasting object is no run, and where one is finished here, another run of it is just what is asked for.
    asked = [r for r in asked if r.settings is None and not _is_done(r, seen)]
    if not asked:
        return result
    older: dict[str, list[str]] = {}
    for old, new in former.items():
        older.setdefault(new, []).append(old)
    names = {str(r.address): (str(r.address), *older.get(str(r.address), ())) for r in asked}
    others = sorted(session.others(), key=lambda pair: pair[0])
    if live:
        others = [(name, _looked_at(session, asked, names, state)) for name, state in others]
    for resource in asked:
        place = session.cloud(resource.address.kind).place(resource)
        records = [(name, record) for name, state in others for record in _records(state, names[str(resource.address)])]
        there = (paid_there(resource, record.attempts, place, name) for name, record in records)
        # A copy that a third environment has is of the same run, and says whose it is.
        paid = {attempt.token: attempt for attempt in there if attempt is not None}
        ordered = sorted(paid.values(), key=lambda a: (a.submitted, a.token))
        result.events += [Adopted(session.now(), str(resource.address), a) for a in _needed(resource, ordered)]
        running = next((name for name, record in records if runs_there(resource, record.attempts, place)), None)
        if running is not None and not paid:
            result.findings.append(_in_flight(resource, running))
    return result


def _would_pay(change: Change, forced: Set[Address]) -> bool:
    if change.action not in _SUBMITS or {change.address, change.address.base} & forced:
        return False
    return bool(change.count(*PAYING))


def _is_done(resource: Resource, state: State) -> bool:
    attempts = state.records.get(str(resource.address), Record()).attempts
    return resource.jobs is None and any(a.exists and a.phase is Phase.DONE and resource.wants(a) for a in attempts)


def _records(state: State, names: Sequence[str]) -> Iterator[Record]:
    return (state.records[name] for name in names if name in state.records)


def _looked_at(session: Session, asked: Sequence[Resource], names: Mapping[str, Sequence[str]], state: State) -> State:
    """The state with what the clouds say of the unfinished runs that would do. Nothing of it is recorded there."""
    open_runs: dict[str, list[tuple[str, Attempt]]] = {}
    for resource in asked:
        cloud = session.kinds[resource.address.kind].cloud
        place = session.clouds[cloud].place(resource)
        for name in names[str(resource.address)]:
            attempts = state.records[name].attempts if name in state.records else ()
            runs = [(name, a) for a in attempts if runs_there(resource, [a], place)]
            open_runs.setdefault(cloud, []).extend(runs)
    seen = [event for cloud, runs in open_runs.items() if runs for event in session.clouds[cloud].observe(runs)]
    return fold(state, seen) if seen else state


def _needed(resource: Resource, paid: Sequence[Attempt]) -> Sequence[Attempt]:
    """One run stands for a run; of batches each may have paid for other jobs."""
    return paid if resource.jobs is not None else paid[:1]


def _in_flight(resource: Resource, environment: str) -> Diagnostic:
    detail = (
        f"{resource.address} runs in environment {environment} just now; it is shared only when it finished well, and"
    )
    detail += " applying this plan before that pays for it a second time."
    remedy = f"Wait for it with `qctl wait --env {environment}`, and plan again."
    address = str(resource.address)
    return Diagnostic(
        "reuse/in-flight", "Not finished elsewhere", detail, remedy, address=address, severity=Severity.WARNING
    )
