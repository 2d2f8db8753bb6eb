"""The contract between the workflow and the clouds. Each verb may safely be repeated; none waits for a queue."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal, Protocol, runtime_checkable

from pydantic import BaseModel

from reconciler.core.address import Address
from reconciler.core.attempt import Attempt, Outcome, Place
from reconciler.core.change import Change
from reconciler.core.declared import Declared
from reconciler.core.device_standing import DeviceStanding
from reconciler.core.diagnostic import Diagnostic
from reconciler.core.event import Observed
from reconciler.core.freshness import Facts
from reconciler.core.job import Job
from reconciler.core.money import Price
from reconciler.core.ports import ProjectContext
from reconciler.core.resource import Resource
from reconciler.core.simulation import Trial


@dataclass(frozen=True, slots=True)
class Reply:
    """How one changing call ended. `again` says that the same call may be repeated at once and might do better."""

    outcome: Outcome
    id: str = ""
    error: str = ""
    again: bool = False
    throttled: bool = False
    after: float = 0.0  # seconds the cloud asks us to wait before the next try
    jobs: tuple[Job, ...] | None = None  # of a batch, with their ids; None: the answer did not say


@dataclass(frozen=True, slots=True)
class Search:
    """What to look for: runs of the project `uid` made since then, in these regions.

    `unmarked`: also runs without readable marks, which may be ours. `maybe`: regions where a refusal is no failure.
    `kinds`: what is declared or in doubt; a kind whose runs carry no marks is looked for only then. `watched`: digests
    of objects that are only observed, whoever made them.
    """

    uid: str
    since: datetime
    regions: frozenset[str]
    unmarked: bool = False
    maybe: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    watched: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Found:
    """A run on a cloud that carries a project's marks: `mark` is its `qctl:address` as written.

    Without readable marks its attempt has no token; of a kind that can't carry any, it has the digest of its content.
    """

    mark: str
    attempt: Attempt
    kind: str = ""  # told where a run without marks can be of one kind only


@dataclass(frozen=True, slots=True)
class Unlisted:
    """Runs of this kind can't be searched for here, and why: nothing about them can be proved absent."""

    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class ResultFile:
    """What one run, or one job of a batch, measured: `data` as stored, or `problem`, a sentence why there is none.

    `beside` reads another file of the same folder, for results that are spread over several. It may raise
    ResultMissing and CloudUnavailable. `inner`: of an archive, the text in it that is read; None: `data` is that text.
    """

    data: bytes = b""
    problem: str = ""
    job: Job | None = None
    beside: Callable[[str], bytes] | None = None
    inner: bytes | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """What the live devices say of resources about to be submitted. `notes` are for people and true for now only."""

    diagnostics: Sequence[Diagnostic] = ()
    prices: Mapping[Address, Price] = field(default_factory=dict)
    notes: Sequence[str] = ()
    facts: Mapping[Address, Facts] = field(default_factory=dict)  # of the device of each, kept with its attempt
    devices: Mapping[str, DeviceStanding] = field(default_factory=dict)  # by what the cloud calls them


class Kind(Protocol):
    """One kind of resource without a cloud: its spec and what it means. One module each, listed in KINDS."""

    name: str
    cloud: str
    repeats: bool  # whether creates take a client token, so that a doubtful one may be repeated with it
    marks: bool  # whether its runs carry our tags; without them they are known by their content alone
    result: Literal["task", "job", "document"]  # the form of its result files
    model: type[BaseModel]
    attributes: Mapping[str, Literal["spec", "late"]]

    def desired(self, declared: Declared, context: ProjectContext) -> Resource:
        """The resource that a declaration means. Pure; never fails, for the spec is validated."""


@runtime_checkable
class Trying(Kind, Protocol):
    """A kind whose runs can be tried on this machine before they are paid for."""

    def trials(self, resource: Resource) -> Sequence[Trial]:
        """What would be submitted for it, one by one: the very texts and values that a create call sends. Pure."""


class Cloud(Protocol):
    """The verbs on one cloud with one set of credentials."""

    window: timedelta  # how long it may take to show what it accepted: what it then does not show is absent

    def place(self, resource: Resource) -> Place:
        """Where it would run. Raises CloudUnavailable."""

    def regions(self, devices: Iterable[str]) -> set[str]:
        """Where runs on these devices, and on those without a region of their own, would be. Calls nothing."""

    def account(self) -> str:
        """Whose credentials these are. Raises CloudUnavailable."""

    def check(self, resources: Sequence[Resource]) -> Checked:
        """Ask the devices. Raises CloudUnavailable."""

    def observe(self, asked: Sequence[tuple[str, Attempt]]) -> Iterable[Observed]:
        """The present state of these attempts, by the cheaper way. Raises CloudUnavailable."""

    def everywhere(self) -> Iterable[str]:
        """Every region where runs can be."""

    def discover(self, search: Search) -> Iterable[Found | Unlisted]:
        """Every run marked as this project's. Raises CloudUnavailable."""

    def create(
        self, resource: Resource, token: str, tags: Mapping[str, str], place: Place, jobs: Sequence[Job]
    ) -> Reply:
        """One create call, never repeated inside. `jobs`: those that a batch is made with."""

    def cancel(self, kind: str, attempt: Attempt, token: str) -> Reply:
        """Ask for an end. A finished run is no error: ACCEPTED."""

    def tag(self, attempt: Attempt, put: Mapping[str, str], drop: Sequence[str]) -> Reply:
        """Put and drop tags; no other key is touched."""

    def results(self, kind: str, attempt: Attempt) -> Sequence[ResultFile]:
        """The result files as stored: one, or one for each job. Raises ResultMissing or CloudUnavailable."""

    def specs(self, devices: Iterable[str]) -> Mapping[str, str]:
        """What these devices say of themselves, for checks on this machine; only those that a check can read."""


@runtime_checkable
class FactTeller(Cloud, Protocol):
    """A cloud whose devices say when they were calibrated, or what they are made of."""

    def facts(self, devices: Iterable[str]) -> Mapping[str, Facts]:
        """By device what is true of it now (core/freshness.py); nothing of those unknown. Raises CloudUnavailable."""


@runtime_checkable
class Keeper(Cloud, Protocol):
    """A cloud with lasting objects, which are changed in place and can be deleted."""

    def update(self, kind: str, attempt: Attempt, settings: Mapping[str, Any], token: str) -> Reply:
        """Let these settings stand. `token` is another for each update: setting the same value twice sets it twice."""

    def delete(self, kind: str, attempt: Attempt) -> Reply:
        """Delete it. One that is not there is no error: ACCEPTED."""

    def objections(
        self, changes: Sequence[Change], declared: Mapping[Address, Resource], prices: Mapping[Address, Price]
    ) -> list[Diagnostic]:
        """What its lasting objects would refuse of these changes, which are of this cloud: spending limits, mostly."""


@dataclass(frozen=True, slots=True)
class Bundles:
    """How runs can share tasks. `refused` says why some can't; `fee` is what each run but the first of a set saves."""

    sets: Sequence[Sequence[Resource]] = ()
    refused: str = ""
    fee: Decimal | None = None


@runtime_checkable
class Bundler(Cloud, Protocol):
    """A cloud that takes several runs in one task."""

    def bundles(self, resources: Sequence[Resource]) -> Bundles:
        """Which of these, equal but for their inputs, can be sent together. Raises CloudUnavailable."""

    def create_set(self, resources: Sequence[Resource], token: str, tags: Mapping[str, str], place: Place) -> Reply:
        """One create call for all of them in this order, never repeated inside."""


@runtime_checkable
class Tokenless(Cloud, Protocol):
    """A cloud whose creates take no client token: a doubtful one is looked for, and never repeated while in doubt."""

    def look(self, kind: str, attempt: Attempt, known: Set[str]) -> Sequence[Found]:
        """The runs that this very create may have made, `known` ids left out. Raises CloudUnavailable.

        Looks by the attempt's marks and through the newest runs as well, for an index may lag behind. Of a kind
        without marks: runs of the same content made since the attempt was intended.
        """

    def jobs(self, attempt: Attempt) -> Sequence[Job]:
        """All jobs of a batch as they are now. Raises CloudUnavailable."""

    def add(self, resource: Resource, attempt: Attempt, jobs: Sequence[Job]) -> Reply:
        """One call that adds these jobs to an open batch, never repeated inside."""

    def cancel_jobs(self, attempt: Attempt, jobs: Sequence[Job]) -> Reply:
        """Ask for the end of these jobs. What has ended or runs is no error: ACCEPTED."""

    def close(self, attempt: Attempt) -> Reply:
        """Let an open batch take no more jobs. A closed one is no error: ACCEPTED."""


@runtime_checkable
class Biller(Protocol):
    """A cloud that charges, and tells afterwards of what."""

    def reckon(self, kind: str, attempt: Attempt) -> Price | None:
        """What an attempt costs by the price tables, where nobody wrote it down. Pure; None: it can't be told."""

    def billed(self, kind: str, attempt: Attempt) -> Price | None:
        """What an attempt that ended cost, by all that its cloud says of it. None: unknown. Raises CloudUnavailable."""

    def room(self, device: str) -> Decimal | None:
        """What a limit of the cloud leaves for this device now, None without one. Raises CloudUnavailable."""


class CloudUnavailable(Exception):  # noqa: N818 - named after the situation
    """A read failed for good: the message is for people and names the call."""


class ResultMissing(Exception):  # noqa: N818 - named after the situation
    """The run has no result file (yet)."""
