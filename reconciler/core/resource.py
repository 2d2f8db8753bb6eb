"""A desired run: everything the plan and the protocol need to know, in words no cloud owns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from reconciler.core.address import Address, parse_address
from reconciler.core.attempt import Attempt
from reconciler.core.ceiling import Ceiling
from reconciler.core.codec import NOT_PLAIN
from reconciler.core.digest import run_token
from reconciler.core.freshness import Freshness
from reconciler.core.job import Job, Opening
from reconciler.core.mark import TAG_ADDRESS, TAG_DIGEST, TAG_MOVED, TAG_PROJECT, TAG_RUN, RunMark, address_mark
from reconciler.core.phase import Phase
from reconciler.core.sequence import SequenceUse
from reconciler.core.simulation import Expectation


class Removal(StrEnum):
    """What becomes of an unfinished run whose declaration is gone."""

    CANCEL = "cancel"  # a lasting object is deleted
    ORPHAN = "orphan"
    PROTECT = "protect"  # of a lasting object: nothing that would delete it may be applied


@dataclass(frozen=True, slots=True)
class RunRules:
    """When paying again is wanted. `retry_on` are the phases that a retry may follow."""

    generation: int = 1
    max_attempts: int = 1
    retry_on: frozenset[Phase] = frozenset({Phase.FAILED})
    on_remove: Removal = Removal.CANCEL
    freshness: Freshness | None = None  # how long a finished run stands; None: for ever


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose run it is: the project's uid and the environment. Both enter every token."""

    uid: str
    environment: str


@dataclass(frozen=True, slots=True)
class Resource:
    """One address as desired. `digests[0]` is the run digest, the others are the same run in older canonical forms.

    `execution` is shown in plans and kept with each attempt, so that a later plan can name what changed.
    `tags` may hold texts that still wait for another resource. `payload` belongs to the kind alone. The digest of a
    batch is of what its jobs share; `sequences` are what the checks look at.
    """

    address: Address
    digests: tuple[str, ...]
    program: str
    execution: Mapping[str, Any]
    tags: Mapping[str, str] = field(default_factory=dict)
    delivery: Mapping[str, str] = field(default_factory=dict)
    rules: RunRules = field(default_factory=RunRules)
    depends: frozenset[Address] = frozenset()
    payload: Any = field(default=None, metadata=NOT_PLAIN)
    jobs: tuple[Job, ...] | None = None  # of a batch: what is paid for, one by one
    opening: Opening = field(default_factory=Opening)
    sequences: tuple[SequenceUse, ...] = field(default=(), metadata=NOT_PLAIN)
    settings: Mapping[str, Any] | None = None  # of a lasting object: what is updated in place; runs have none
    bundle: str = ""  # whether its sweep is submitted as program sets: "always", "auto" where the device can, or not
    expect: Expectation | None = None  # of a run: what is tried on this machine before it is paid for
    ceiling: Ceiling | None = None  # what a run may cost
    watched: bool = False  # somebody else manages it: it is read and never changed

    @property
    def digest(self) -> str:
        """The run digest in the current form."""
        return self.digests[0]

    def token(self, scope: Scope, number: int) -> str:
        """The client token of the attempt with this number."""
        return run_token(scope.uid, scope.environment, self.address, self.digest, self.rules.generation, number)

    def wants(self, attempt: Attempt) -> bool:
        """Whether the attempt is of this very run, in whatever form its digest was made."""
        return attempt.digest in self.digests and attempt.generation == self.rules.generation


def attempt_marks(scope: Scope, address: Address, attempt: Attempt) -> dict[str, str]:
    """The tags by which a lost state finds this attempt again."""
    run = RunMark(scope.environment, attempt.generation, attempt.number, attempt.token)
    marks = {
        TAG_PROJECT: scope.uid,
        TAG_ADDRESS: address_mark(address),
        TAG_DIGEST: attempt.digest,
        TAG_RUN: str(run),
    }
    if attempt.origin:
        marks[TAG_MOVED] = address_mark(parse_address(attempt.origin))
    return marks
