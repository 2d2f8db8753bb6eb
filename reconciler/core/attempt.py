"""One attempt to make one desired run exist: what was asked for, what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

from reconciler.core.job import Adding, Job, adding_from_json, adding_to_json, job_from_json, job_to_json
from reconciler.core.phase import UNFINISHED, Phase


class Outcome(StrEnum):
    """What is known of the create call (docs/protocol.md)."""

    PENDING = "pending"  # an intent without an outcome: we died, or are still calling
    ACCEPTED = "accepted"  # the cloud gave an id
    REFUSED = "refused"  # a definite no: nothing exists
    UNKNOWN = "unknown"  # it may exist


ABSENT_BY_HAND = "absent, by hand"
"""What `qctl state resolve --absent` leaves as the reason."""

LOCAL_ACCOUNT = "local-"
"""How accounts of the local cloud begin, so that a simulated run never passes for a paid one."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record lives. Other credentials must never make it look lost."""

    cloud: str
    account: str
    region: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """A run identity (`token`, unique per attempt) with its outcome and the last that the cloud said of it.

    `status` is the cloud's own word; times are ISO 8601 in UTC; `execution` holds the fields whose change makes a new
    run, in the words of the plan; `owned` are the tag keys that we set; `request` is the hash of the create request.
    """

    token: str
    digest: str
    program: str
    generation: int
    number: int
    place: Place
    execution: Mapping[str, Any]
    intended: str = ""
    doubted: str = ""  # when the call that may have made it ended without an answer; empty: it never ended for us
    request: str = ""
    outcome: Outcome = Outcome.PENDING
    id: str = ""
    status: str = ""
    queue: str = ""  # its place in the device's queue when last asked, in the cloud's own words
    phase: Phase = Phase.OPEN
    submitted: str = ""
    ended: str = ""
    output: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    owned: tuple[str, ...] = ()
    failure: str = ""
    missing: bool = False
    touched: bool = False  # a tag or cancel call whose outcome nobody recorded: read it again, finished or not
    jobs: tuple[Job, ...] = ()  # of a batch
    adding: Adding | None = None
    accepting: bool = False  # an open batch, which takes more jobs
    alike: bool = False  # known by its content alone: it may be somebody else's, and is never ended by us
    group: str = ""  # the token of the program set that it is a member of, and its place in it
    member: int = 0
    origin: str = ""  # the address that its token was made for, if it was renamed since
    settings: Mapping[str, Any] = field(default_factory=dict)  # of a lasting object, as they stand; runs have none
    estimate: Mapping[str, str] = field(default_factory=dict)  # what the plan said that it costs (core/money.py)
    shared: str = ""  # the environment that paid it and owns it, if that is another one: here it only stands for a run
    actual: Mapping[str, str] = field(default_factory=dict)  # what it cost in the end, in the same form
    facts: Mapping[str, str] = field(default_factory=dict)  # of its device when it was submitted: digests and times
    entry: str = ""  # the command that first sent it, by its place in the log (core/history.py)

    @property
    def begun(self) -> datetime:
        """When it was submitted; of what was only intended, when it was to be."""
        return datetime.fromisoformat(self.submitted or self.intended)

    @property
    def exists(self) -> bool:
        """Whether the cloud gave it an id."""
        return self.outcome is Outcome.ACCEPTED

    @property
    def doubtful(self) -> bool:
        """Whether it may exist without our knowing its id."""
        return self.outcome in (Outcome.PENDING, Outcome.UNKNOWN)

    @property
    def counts_as_paid(self) -> bool:
        """Whether it is done, or on its way there: what failed, was cancelled or is gone is not what was wanted."""
        return self.exists and (self.phase is Phase.DONE or self.open)

    @property
    def open(self) -> bool:
        """Whether it exists and is not finished, as far as we know."""
        return self.exists and self.phase in UNFINISHED and not self.missing

    @property
    def busy(self) -> bool:
        """Whether it is worth waiting for: an open batch whose jobs are over waits for us, not we for it."""
        if self.settings:
            return False  # a lasting object never ends by itself
        return self.open and (not self.jobs or any(job.open for job in self.jobs))

    @property
    def unsettled(self) -> bool:
        """Whether a look at the cloud could tell something new that matters."""
        return self.phase in UNFINISHED or self.touched or self.adding is not None or any(j.open for j in self.jobs)


_DEFAULTS: dict[str, Any] = {
    f.name: (f.default_factory() if callable(f.default_factory) else f.default) for f in fields(Attempt)
}
_NAMES = tuple(f.name for f in fields(Attempt) if f.name not in ("place", "jobs", "adding"))


def attempt_to_json(attempt: Attempt) -> dict[str, Any]:
    """A plain object without the fields that have their default; enums are their texts."""
    data: dict[str, Any] = {"place": [attempt.place.cloud, attempt.place.account, attempt.place.region]}
    for name in _NAMES:
        value = getattr(attempt, name)
        if value != _DEFAULTS[name]:
            data[name] = list(value) if isinstance(value, tuple) else value
    if attempt.jobs:
        data["jobs"] = [job_to_json(job) for job in attempt.jobs]
    if attempt.adding is not None:
        data["adding"] = adding_to_json(attempt.adding)
    return data


@lru_cache(maxsize=64)
def _place(cloud: str, account: str, region: str) -> Place:
    return Place(cloud, account, region)


# Nearly all attempts of a state own the same tags: one tuple for all of them.
@lru_cache(maxsize=1024)
def _owned(*keys: str) -> tuple[str, ...]:
    return keys


# Enums look their members up slowly.
_OUTCOMES: Final = {str(outcome): outcome for outcome in Outcome}
_PHASES: Final = {str(phase): phase for phase in Phase}


def attempt_from_json(data: Mapping[str, Any]) -> Attempt:
    """The attempt back. Raises KeyError, TypeError or ValueError on anything else."""
    values = dict(data)
    values["place"] = _place(*values["place"])
    if "outcome" in values:
        values["outcome"] = _OUTCOMES.get(values["outcome"]) or Outcome(values["outcome"])
    if "phase" in values:
        values["phase"] = _PHASES.get(values["phase"]) or Phase(values["phase"])
    if "owned" in values:
        values["owned"] = _owned(*values["owned"])
    if "jobs" in values:
        values["jobs"] = tuple(job_from_json(job) for job in values["jobs"])
    if "adding" in values:
        values["adding"] = adding_from_json(values["adding"])
    return Attempt(**values)
