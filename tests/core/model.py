"""A cloud and a journal in memory, and the shortest workflow that keeps the protocol: intent, call, outcome.

A submission that the truth table must never ask for raises Paid.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from reconciler.core.attempt import Attempt, Outcome
from reconciler.core.change import Change
from reconciler.core.diff import diff
from reconciler.core.event import Adopted, Concluded, Event, Intended, Managed, Observed, Verb
from reconciler.core.mark import TAG_ADDRESS
from reconciler.core.operation import Operation
from reconciler.core.phase import Phase
from reconciler.core.resource import Resource, attempt_marks
from reconciler.core.rules import Rules
from reconciler.core.state import State, fold
from tests.core import samples

VISIBLE_AFTER, WINDOW = 3, 5  # ticks: until a run shows in searches, until an absent one counts as refused
_UNFINISHED = (Phase.OPEN, Phase.CLOSING)


class Paid(AssertionError):  # noqa: N818 - named after the damage
    """A run was submitted that is paid already."""


class Stopped(Exception):  # noqa: N818 - named after the situation
    """The process died here."""


@dataclass
class Cloud:
    """Runs by token. A token that it knows makes no second run, as on Braket."""

    tick: int = 0
    runs: dict[str, Attempt] = field(default_factory=dict)
    born: dict[str, int] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)

    def visible(self, token: str) -> bool:
        return token in self.runs and token not in self.gone and self.tick - self.born[token] >= VISIBLE_AFTER

    def create(self, attempt: Attempt, repeats: bool) -> str:
        known = self.runs.get(attempt.token)
        if known is not None:
            # Only a doubtful call may repeat; of a run that doesn't show yet, nobody could have known.
            if not repeats and (self.visible(attempt.token) or attempt.token in self.gone):
                raise Paid(attempt.token)
            return known.id
        run_id = f"arn:{len(self.runs)}"
        self.born[attempt.token] = self.tick
        self.runs[attempt.token] = replace(
            attempt, outcome=Outcome.ACCEPTED, id=run_id, status="QUEUED", submitted=str(self.tick)
        )
        return run_id

    def cancel(self, token: str) -> None:
        if self.runs[token].phase is Phase.OPEN:
            self.runs[token] = replace(self.runs[token], phase=Phase.CLOSING, status="CANCELLING")

    def finish(self, phase: Phase) -> None:
        """Every unfinished run ends: so, or as it was asked to."""
        for token, run in self.runs.items():
            ends = {Phase.OPEN: phase, Phase.CLOSING: Phase.CANCELLED}.get(run.phase)
            if ends is not None:
                self.runs[token] = replace(run, phase=ends, status=ends.upper())


@dataclass
class World:
    """One project: its cloud, its journal, and how many steps are left until the process dies (None: it doesn't)."""

    cloud: Cloud = field(default_factory=Cloud)
    journal: list[Event] = field(default_factory=list)
    left: int | None = None
    lost_answers: bool = False  # creates act, and their answer never comes

    @property
    def state(self) -> State:
        return fold(samples.state(), self.journal)

    def plan(self, resources: Iterable[Resource]) -> tuple[list[Event], list[Change]]:
        """What is seen, and what should follow."""
        prior = self.state
        seen = list(self._seen(prior))
        return seen, diff(resources, prior, fold(prior, seen), Rules(samples.SCOPE))

    def apply(self, resources: list[Resource]) -> None:
        """Plan and do it. Raises Stopped, and Paid."""
        seen, changes = self.plan(resources)
        self._record(*seen)
        for change in changes:
            if all(self._do(op) for op in change.operations) and change.managed is not None:
                self._record(Managed("", str(change.address), change.managed, change.removal))

    def _step(self) -> None:
        if self.left is not None:
            if self.left == 0:
                raise Stopped
            self.left -= 1

    def _record(self, *events: Event) -> None:
        for event in events:
            self._step()
            self.journal.append(event)

    def _do(self, op: Operation) -> bool:
        address = str(op.address)
        attempt = self._attempt(op, op.resource) if op.resource is not None else None
        self._record(Intended(str(self.cloud.tick), "", address, op.verb, op.token, attempt, _rule(op)))
        self._step()
        run_id = self._call(op, attempt)
        outcome = Outcome.UNKNOWN if attempt and self.lost_answers else Outcome.ACCEPTED
        tags = self.cloud.runs[op.token].tags if op.verb is Verb.TAG else None
        told = "" if outcome is Outcome.UNKNOWN else run_id
        self._record(Concluded("", "", address, op.verb, op.token, outcome, told, tags=tags))
        if op.verb is Verb.CANCEL:
            self._record(self._observed(address, self.cloud.runs[op.token]))
        return outcome is Outcome.ACCEPTED

    def _call(self, op: Operation, attempt: Attempt | None) -> str:
        if attempt is not None:
            return self.cloud.create(attempt, op.repeats)
        if op.verb is Verb.CANCEL:
            self.cloud.cancel(op.token)
        else:
            run = self.cloud.runs[op.token]
            kept = {k: v for k, v in {**run.tags, **op.put}.items() if k not in op.drop}
            self.cloud.runs[op.token] = replace(run, tags=kept)
        return op.id

    def _attempt(self, op: Operation, resource: Resource) -> Attempt:
        made = Attempt(
            token=op.token,
            digest=resource.digest,
            program=resource.program,
            generation=resource.rules.generation,
            number=op.number,
            place=samples.PLACE,
            execution=resource.execution,
            intended=str(self.cloud.tick),
            owned=tuple(resource.tags),
        )
        return replace(made, tags={**resource.tags, **attempt_marks(samples.SCOPE, op.address, made)})

    def _seen(self, state: State) -> Iterator[Event]:
        addresses = {a.token: address for address, r in state.records.items() for a in r.attempts}
        known = {a.token: a for r in state.records.values() for a in r.attempts}
        for token, attempt in known.items():
            if attempt.exists and (attempt.phase in _UNFINISHED or attempt.touched):
                yield self._observed(addresses[token], self.cloud.runs[token])
            late = attempt.doubtful and self.cloud.tick - int(attempt.intended) > WINDOW
            if late and not self.cloud.visible(token):
                yield Concluded("", "", addresses[token], Verb.CREATE, token, Outcome.REFUSED)
        for token, run in self.cloud.runs.items():
            if self.cloud.visible(token) and not (token in known and known[token].exists):
                yield Adopted("", run.tags[TAG_ADDRESS], run)

    def _observed(self, address: str, run: Attempt) -> Observed:
        missing = run.token in self.cloud.gone
        tags = None if missing else run.tags
        return Observed("", address, run.token, run.status, run.phase, run.submitted, tags=tags, missing=missing)


def _rule(op: Operation) -> str:
    return str(op.resource.rules.on_remove) if op.resource is not None else ""
