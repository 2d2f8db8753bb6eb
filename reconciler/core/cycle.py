"""One round of an agent: read, plan, do what may be done; and the sums of all its rounds. Pure, and never changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from reconciler.core.address import Address
from reconciler.core.ceiling import Budget
from reconciler.core.diagnostic import Diagnostic
from reconciler.core.event import Verb
from reconciler.core.plan import Plan
from reconciler.core.spending import Spent
from reconciler.core.state import State

_CALLS: Mapping[str, str] = {
    Verb.CREATE: "created",
    Verb.ADD: "given more jobs",
    Verb.CANCEL: "cancelled or deleted",
    Verb.CANCEL_JOBS: "with jobs cancelled",
    Verb.CLOSE: "closed",
    Verb.UPDATE: "updated",
}
_KEPT = 20  # so many rounds are remembered one by one


class Verdict(StrEnum):
    """How a round ended."""

    SYNCED = "in-sync"  # there was nothing to do
    APPLIED = "applied"
    WITHHELD = "withheld"  # something differs that the agent may not change
    REFUSED = "refused"  # a policy, a budget or a limit refuses the plan or a call
    INCOMPLETE = "incomplete"  # a call was refused, or its outcome is unknown
    LOCKED = "locked"  # somebody else was at work all the time
    FAILED = "failed"  # the manifests, the state or a cloud could not be read
    INTERRUPTED = "interrupted"


SUCCESSES = frozenset({Verdict.SYNCED, Verdict.APPLIED, Verdict.WITHHELD, Verdict.REFUSED})
"""The agent did its work, whether or not rules left something to a person."""
TROUBLES = frozenset({Verdict.INCOMPLETE, Verdict.FAILED})
"""What is tried again later and later."""


@dataclass(frozen=True, slots=True)
class Cycle:
    """What came of a round. `at` is ISO 8601 in UTC; `seconds` and `waited` (for the lock) are durations.

    `left` are addresses that still differ from the manifests, with the reason; `done` counts accepted calls by verb.
    """

    at: str
    verdict: Verdict
    detail: str
    seconds: float = 0.0
    waited: float = 0.0
    commit: str = ""
    plan: Plan | None = None
    state: State | None = None
    left: Mapping[Address, str] = field(default_factory=dict)
    done: Mapping[str, int] = field(default_factory=dict)
    refused: int = 0
    unknown: int = 0
    findings: tuple[Diagnostic, ...] = ()
    spent: Spent = field(default_factory=Spent)
    budget: Budget | None = None

    @property
    def doubtful(self) -> int:
        """Runs of which nobody knows whether they exist."""
        records = self.state.records.values() if self.state else ()
        return sum(attempt.doubtful for record in records for attempt in record.attempts)


@dataclass(frozen=True, slots=True)
class Totals:
    """All rounds of one process. `known` is the last one that read the project; `recent` has the newest first."""

    cycles: Mapping[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    waits: int = 0
    waited: float = 0.0
    calls: Mapping[str, int] = field(default_factory=dict)
    refused: int = 0
    unknown: int = 0
    failures: int = 0  # troubles in a row
    succeeded: str = ""  # when the last success ended
    last: Cycle | None = None
    known: Cycle | None = None
    recent: tuple[Cycle, ...] = ()

    @property
    def count(self) -> int:
        """How many rounds there were."""
        return sum(self.cycles.values())

    def plus(self, cycle: Cycle, ended: str) -> Totals:
        """With one more, which ended at this time."""
        slim = replace(cycle, plan=None, state=None, findings=())  # twenty large plans would be a lot of memory
        return Totals(
            cycles=_added(self.cycles, {cycle.verdict: 1}),
            seconds=self.seconds + cycle.seconds,
            waits=self.waits + (cycle.waited > 0),
            waited=self.waited + cycle.waited,
            calls=_added(self.calls, cycle.done),
            refused=self.refused + cycle.refused,
            unknown=self.unknown + cycle.unknown,
            failures=self.failures + 1 if cycle.verdict in TROUBLES else 0,
            succeeded=ended if cycle.verdict in SUCCESSES else self.succeeded,
            last=cycle,
            known=cycle if cycle.plan is not None else self.known,
            recent=(slim, *self.recent)[:_KEPT],
        )


def calls_told(done: Mapping[str, int]) -> str:
    """The accepted calls for people, as `2 created, 1 updated`."""
    return ", ".join(f"{count} {_CALLS.get(verb, verb)}" for verb, count in done.items())


def _added(before: Mapping[str, int], more: Mapping[str, int]) -> dict[str, int]:
    return {name: before.get(name, 0) + more.get(name, 0) for name in sorted({*before, *more})}
