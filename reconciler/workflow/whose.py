"""Whose run is it that a search found? Tags can be edited and copied by anybody; a run's token can't be guessed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from reconciler.core.address import Address, parse_address
from reconciler.core.attempt import Attempt
from reconciler.core.digest import run_token
from reconciler.core.mark import TAG_MOVED, TAG_RUN, RunMark, read_address_mark, read_run_mark
from reconciler.core.resource import Resource, Scope
from reconciler.core.state import State
from reconciler.providers.kind import Found


@dataclass(slots=True)
class Owners:
    """Finds the address that a found run belongs to. The state is asked first: what it knows is the truth."""

    scope: Scope
    declared: dict[str, Resource]  # by address text
    by_mark: dict[str, Resource]
    former: Mapping[str, str] = field(default_factory=dict)  # the text of an address that was renamed to its new one's
    origins: dict[str, str] = field(default_factory=dict)  # tokens that are of another address than the run is now
    known: dict[str, str] = field(default_factory=dict)  # token to address text
    ids: set[str] = field(default_factory=set)
    groups: Counter[str] = field(default_factory=Counter)  # how many runs of each program set are on record
    _expected: dict[int, dict[str, Address]] = field(default_factory=dict)

    def remember(self, state: State) -> None:
        """Index every attempt of the state."""
        for address, record in state.records.items():
            for attempt in record.attempts:
                self.known[attempt.token] = address
                if attempt.group:
                    self.known[attempt.group] = str(parse_address(address).base)
                    self.groups[attempt.group] += attempt.exists
                if attempt.exists:
                    self.ids.add(attempt.id)

    def address_of(self, found: Found) -> str | None:
        """The address text; None when the marks contradict each other, so that nobody may act on them."""
        mark = read_run_mark(found.attempt.tags.get(TAG_RUN, ""))
        if mark is None or mark.environment != self.scope.environment:
            return None
        if mark.token in self.known:
            return self.known[mark.token]
        expected = self._tokens(mark.number).get(mark.token)
        if expected is not None:
            return str(expected)
        told = self.by_mark[found.mark].address if found.mark in self.by_mark else read_address_mark(found.mark)
        if told is None:
            return None
        # A renamed run keeps its token: it is of the address that its mark `qctl:moved` names.
        submitted = read_address_mark(found.attempt.tags.get(TAG_MOVED, ""))
        for origin in (told, submitted):
            if origin is not None and self._fits(origin, mark, found.attempt):
                return self._now(told, origin, mark.token)
        return None

    def _now(self, told: Address, origin: Address, token: str) -> str:
        """The address that it has now; a manifest may name the one that it tells as an older name."""
        now = self.former.get(str(told), str(told))
        if now != str(origin):
            self.origins[token] = str(origin)
        return now

    def _tokens(self, number: int) -> dict[str, Address]:
        """The tokens of all declared runs with this attempt number: an edited address or digest tag misleads nobody."""
        if number not in self._expected:
            tokens = {r.token(self.scope, number): r.address for r in self.declared.values()}
            for old, new in self.former.items():
                if new in self.declared:
                    resource = self.declared[new]
                    token = replace(resource, address=parse_address(old)).token(self.scope, number)
                    tokens[token] = resource.address
                    self.origins[token] = old
            self._expected[number] = tokens
        return self._expected[number]

    def _fits(self, address: Address, mark: RunMark, attempt: Attempt) -> bool:
        scope = self.scope
        expected = run_token(scope.uid, scope.environment, address, attempt.digest, mark.generation, mark.number)
        return expected == mark.token
