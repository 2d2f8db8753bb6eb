"""The log of a state: one entry for each command that changed something, with who, from where, and how it ended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from reconciler.core.money import Bill


class Ending(StrEnum):
    """How a command ended."""

    UNFINISHED = "unfinished"  # it runs, or died and no other command has come since
    COMPLETE = "complete"
    INCOMPLETE = "incomplete"  # something was refused, skipped, or its outcome is unknown
    INTERRUPTED = "interrupted"  # stopped by a person, or dead


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a plan would cost in one currency. `unknown` prices have no upper bound; without a currency, none at all."""

    currency: str
    least: Decimal
    most: Decimal
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class Origin:
    """From where a command worked. Empty: unknown.

    `commit` and `branch` are what the folder's `.git` says, `ci` what the variables of a CI system claim. Whether the
    folder had other changes only git can say; `manifests`, a digest of what was read, tells it to whoever looks.
    """

    commit: str = ""
    branch: str = ""
    manifests: str = ""
    ci: Mapping[str, str] = field(default_factory=dict)
    libraries: Mapping[str, str] = field(default_factory=dict)  # versions, by their names


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One command. `fingerprint` and `planned` are of its plan; `counts` come with its end."""

    id: str
    operation: str
    begun: str
    who: str
    host: str
    version: str
    origin: Origin = field(default_factory=Origin)
    fingerprint: str = ""
    planned: tuple[Bounds, ...] = ()
    ended: str = ""
    ending: Ending = Ending.UNFINISHED
    counts: Mapping[str, int] = field(default_factory=dict)


Log = tuple[LogEntry, ...]


def bounds_of(bill: Bill) -> tuple[Bounds, ...]:
    """The same for the record."""
    named = [Bounds(t.currency, t.least, t.most, t.unknown) for t in bill.totals if t.most or t.unknown]
    nameless = [Bounds("", Decimal(0), Decimal(0), bill.nameless)] if bill.nameless else []
    return (*named, *nameless)


def open_entry(log: Log) -> str:
    """The command that is at work, or died at it: only the last one can be, for it holds the lock."""
    return log[-1].id if log and log[-1].ending is Ending.UNFINISHED else ""


def with_begun(log: Log, entry: LogEntry) -> Log:
    """With one more. Whoever had the lock before and never said how it ended, ended otherwise."""
    if open_entry(log):
        log = (*log[:-1], _over(log[-1]))
    return (*log, entry)


def with_finished(log: Log, entry: str, at: str, ending: Ending, counts: Mapping[str, int]) -> Log:
    """With the end of this one."""
    return tuple(replace(e, ended=at, ending=ending, counts=counts) if e.id == entry else e for e in log)


def merged(one: Log, other: Log) -> Log:
    """The entries of both, oldest first. Of one that both know the end counts; only the last can be at work."""
    found = {entry.id: entry for entry in one}
    for entry in other:
        known = found.get(entry.id)
        if known is None or not known.ended:
            found[entry.id] = entry
    told = sorted(found.values(), key=lambda entry: entry.begun)
    return (*map(_over, told[:-1]), *told[-1:])


def _over(entry: LogEntry) -> LogEntry:
    return replace(entry, ending=Ending.INTERRUPTED) if entry.ending is Ending.UNFINISHED else entry


_TEXTS: Final = ("operation", "begun", "who", "host", "version", "fingerprint", "ended")
_ORIGIN: Final = ("commit", "branch", "manifests")


def entry_to_json(entry: LogEntry) -> dict[str, Any]:
    """A plain object without what is unknown."""
    origin = entry.origin
    data: dict[str, Any] = {"id": entry.id} | {name: getattr(entry, name) for name in _TEXTS}
    data |= {name: getattr(origin, name) for name in _ORIGIN}
    data |= {"ci": dict(origin.ci), "libraries": dict(origin.libraries), "counts": dict(entry.counts)}
    data["planned"] = [[b.currency, str(b.least), str(b.most), b.unknown] for b in entry.planned]
    known = {name: value for name, value in data.items() if value}
    return known if entry.ending is Ending.UNFINISHED else {**known, "ending": entry.ending}


def entry_from_json(data: Mapping[str, Any]) -> LogEntry:
    """The entry back. Raises KeyError, TypeError, ValueError or AttributeError on anything else."""
    texts = {name: str(data.get(name, "")) for name in _TEXTS}
    origin = {name: str(data.get(name, "")) for name in _ORIGIN}
    ci, libraries = ({str(k): str(v) for k, v in data.get(name, {}).items()} for name in ("ci", "libraries"))
    return LogEntry(
        id=str(data["id"]),
        **texts,
        origin=Origin(**origin, ci=ci, libraries=libraries),
        planned=tuple(_bounds(data.get("planned", ()))),
        ending=Ending(data.get("ending", Ending.UNFINISHED)),
        counts={str(name): int(count) for name, count in data.get("counts", {}).items()},
    )


def _bounds(rows: Iterable[Any]) -> Iterable[Bounds]:
    for currency, least, most, unknown in rows:
        try:
            yield Bounds(str(currency), Decimal(least), Decimal(most), int(unknown))
        except ArithmeticError as error:
            raise ValueError("a cost in the log is no number") from error
