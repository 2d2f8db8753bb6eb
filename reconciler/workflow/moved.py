"""Renames: what is on record under an older name of a declared address becomes that address' own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from reconciler.core.address import Address
from reconciler.core.change import Action, Change
from reconciler.core.declared import Declared
from reconciler.core.diagnostic import Diagnostic, Severity
from reconciler.core.event import Moved
from reconciler.core.state import State
from reconciler.workflow.session import Session

_STANDS = frozenset({Action.NONE, Action.UPDATE, Action.ADOPT})


@dataclass(slots=True)
class Moves:
    """The renames that the state does not know yet: events, and the old address text by the new one's."""

    events: list[Moved] = field(default_factory=list)
    sources: dict[str, str] = field(default_factory=dict)
    findings: list[Diagnostic] = field(default_factory=list)


def former_names(declared: Iterable[Declared]) -> dict[str, str]:
    """Every older address text with the text of what it is called now; of a sweep as a whole too."""
    pairs = [(old, d.address) for d in declared for old in d.moved]
    # A program set carries the marks of its sweep. One that is only spelled anew keeps its name.
    whole = {str(old.base): str(new.base) for old, new in pairs if old.base != new.base}
    return whole | {str(old): str(new) for old, new in pairs}


def moves(session: Session, declared: Sequence[Declared], state: State) -> Moves:
    """What is to be moved. An older name that nothing is recorded of has been moved already, or never was."""
    found = Moves()
    for one in declared:
        old = next((old for old in one.moved if str(old) in state.records), None)
        if old is None:
            continue
        record = state.records.get(str(one.address))
        if record is not None and any(a.exists or a.doubtful for a in record.attempts):
            if state.records[str(old)].managed:
                found.findings.append(_occupied(one, old))
            continue
        found.events.append(Moved(session.now(), str(old), str(one.address)))
        found.sources[str(one.address)] = str(old)
    return found


def set_aside(changes: Iterable[Change], sources: Mapping[str, str], held: Callable[[Address], bool]) -> list[Change]:
    """Renames that the command is not about. They are recorded all the same: what was left at the older name would be
    taken for removed, and cancelled.
    """
    aside = [c for c in changes if str(c.address) in sources and not held(c.address)] if sources else []
    return [Change(c.address, Action.NONE, "nothing else is done about it now", attempt=c.attempt) for c in aside]


def with_moves(changes: Iterable[Change], sources: Mapping[str, str]) -> list[Change]:
    """The changes, those of renamed addresses with what they were moved from."""
    if not sources:  # nearly always, and there may be 100,000 changes
        return list(changes)
    return [_moved(c, sources[str(c.address)]) if str(c.address) in sources else c for c in changes]


def _moved(change: Change, source: str) -> Change:
    if change.action in _STANDS:
        return replace(change, action=Action.UPDATE, reason=f"moved from {source}, not run again", moved=source)
    return replace(change, reason=f"moved from {source}; {change.reason}", moved=source)


def _occupied(one: Declared, old: Address) -> Diagnostic:
    detail = f"{one.address} has runs of its own on record, so those of {old} stay where they are."
    remedy = "Remove the name from metadata.moved. What is unfinished at the old address is ended like any removed one."
    where = one.locate(())
    return Diagnostic(
        "moved/occupied", "Nothing can be moved here", detail, remedy, where, str(one.address), Severity.WARNING
    )
