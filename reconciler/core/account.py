"""What the log of a state tells: each command with what it sent and what that costs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.core.address import Address, parse_address
from reconciler.core.attempt import Attempt, Outcome
from reconciler.core.estimate import price_of_estimate
from reconciler.core.history import Bounds, Ending, LogEntry, bounds_of
from reconciler.core.money import bill
from reconciler.core.spending import Spent
from reconciler.core.state import State

_MOST_ADDRESSES = 100  # of one command, in the machine form


@dataclass(frozen=True, slots=True)
class Told:
    """One command, the addresses that it changed something at, and the attempts that it was the first to send."""

    entry: LogEntry
    addresses: tuple[str, ...]
    attempts: tuple[Attempt, ...]

    @property
    def counts(self) -> Mapping[str, int]:
        """By its own word; of one that never gave it, or died while it ended, what is on record."""
        if self.entry.counts or self.entry.ending in (Ending.COMPLETE, Ending.INCOMPLETE):
            return self.entry.counts
        refused = sum(a.outcome is Outcome.REFUSED for a in self.attempts)
        found = {"added": len(self._charged), "unknown": sum(a.doubtful for a in self.attempts), "refused": refused}
        return {name: count for name, count in found.items() if count}

    @property
    def submitted(self) -> tuple[Bounds, ...]:
        """What its runs were estimated to cost; a doubtful one may exist, so it counts."""
        charged = [a for a in self.attempts if a.outcome is not Outcome.REFUSED and not a.settings]
        return bounds_of(bill([price_of_estimate(a.estimate) for a in charged])) if charged else ()

    @property
    def actual(self) -> Spent:
        """What they cost, as far as it is known."""
        spent = Spent()
        for attempt in self._charged:
            spent = spent.plus(price_of_estimate(attempt.actual))
        return spent

    @property
    def _charged(self) -> list[Attempt]:
        return [a for a in self.attempts if a.exists and not a.settings and not a.shared]


@dataclass(frozen=True, slots=True)
class Account:
    """Commands, newest first. `left_out`: so many more; `older`: attempts from before there was a log."""

    environment: str
    told: tuple[Told, ...]
    left_out: int
    older: int


def account(state: State, about: Callable[[Address], bool] | None, since: str, limit: int) -> Account:
    """The log of a state: of all commands, or of those that changed something at certain addresses."""
    addresses, attempts = _by_entry(state)
    chosen = [e for e in reversed(state.log) if e.begun >= since]
    if about is not None:
        chosen = [e for e in chosen if any(about(parse_address(text)) for text in addresses.get(e.id, ()))]
    told = tuple(Told(e, tuple(addresses.get(e.id, ())), tuple(attempts.get(e.id, ()))) for e in chosen[:limit] if e.id)
    return Account(state.environment, told, len(chosen) - len(told), sum(1 for _ in _older(state)))


def _by_entry(state: State) -> tuple[dict[str, list[str]], dict[str, list[Attempt]]]:
    addresses: dict[str, list[str]] = {}
    attempts: dict[str, list[Attempt]] = {}
    for text, record in sorted(state.records.items()):
        for entry in record.log:
            addresses.setdefault(entry, []).append(text)
        for attempt in record.attempts:
            if attempt.entry:
                attempts.setdefault(attempt.entry, []).append(attempt)
    return addresses, attempts


def _older(state: State) -> Iterator[Attempt]:
    """By the time alone: an adopted run is no command's, and may be older or not."""
    first = state.log[0].begun if state.log else "~"
    for record in state.records.values():
        yield from (a for a in record.attempts if not a.entry and (a.intended or a.submitted) < first)


def account_to_json(found: Account) -> dict[str, Any]:
    """The machine form."""
    return {
        "format_version": 1,
        "environment": found.environment,
        "entries": [_told(told) for told in found.told],
        "left_out": found.left_out,
        "older_runs": found.older,
    }


def applied_to_json(entry: LogEntry) -> dict[str, Any]:
    """Who did it, when, and from where; what is unknown is null."""
    origin = entry.origin
    return {
        "id": entry.id,
        "operation": entry.operation,
        "who": entry.who,
        "host": entry.host,
        "begun": entry.begun,
        "ended": entry.ended or None,
        "outcome": entry.ending,
        "qctl": entry.version,
        "libraries": dict(origin.libraries),
        "commit": origin.commit or None,
        "branch": origin.branch or None,
        "manifests": origin.manifests or None,
        "ci": dict(origin.ci),
        "fingerprint": entry.fingerprint or None,
    }


def _told(told: Told) -> dict[str, Any]:
    actual = told.actual
    return {
        **applied_to_json(told.entry),
        "counts": dict(told.counts),
        "cost": {
            "planned": [_bounds(b) for b in told.entry.planned],
            "submitted": [_bounds(b) for b in told.submitted],
            "actual": {"amounts": {c: str(v) for c, v in sorted(actual.known.items())}, "unknown": actual.unknown},
        },
        "addresses": list(told.addresses[:_MOST_ADDRESSES]),
        "addresses_left_out": max(0, len(told.addresses) - _MOST_ADDRESSES),
    }


def _bounds(bounds: Bounds) -> dict[str, Any]:
    """`most` null: nobody knows."""
    most = None if bounds.unknown else str(bounds.most)
    least = str(bounds.least)
    return {"currency": bounds.currency or None, "least": least, "most": most, "unknown": bounds.unknown}
