"""The contract between the workflow and the clouds. Each verb may safely be repeated; none waits for a queue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from pydantic import BaseModel

from reconciler.core.address import Address
from reconciler.core.attempt import Attempt, Outcome, Place
from reconciler.core.declared import Declared
from reconciler.core.diagnostic import Diagnostic
from reconciler.core.event import Observed
from reconciler.core.money import Price
from reconciler.core.ports import ProjectContext
from reconciler.core.resource import Resource


@dataclass(frozen=True, slots=True)
class Reply:
    """How one changing call ended. `again` says that the same call may be repeated at once and might do better."""

    outcome: Outcome
    id: str = ""
    error: str = ""
    again: bool = False
    throttled: bool = False


@dataclass(frozen=True, slots=True)
class Search:
    """What to look for: runs of the project `uid` made since then, in these regions.

    `unmarked`: also runs without readable marks, which may be ours. `maybe`: regions where a refusal is no failure.
    """

    uid: str
    since: datetime
    regions: frozenset[str]
    unmarked: bool = False
    maybe: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Found:
    """A run on a cloud that carries a project's marks: `mark` is its `qctl:address` as written.

    Without readable marks its attempt has no token.
    """

    mark: str
    attempt: Attempt


@dataclass(frozen=True, slots=True)
class Checked:
    """What the live devices say of resources about to be submitted."""

    diagnostics: Sequence[Diagnostic] = ()
    prices: Mapping[Address, Price] = field(default_factory=dict)


class Kind(Protocol):
    """One kind of resource without a cloud: its spec and what it means. One module each, listed in KINDS."""

    name: str
    cloud: str
    repeats: bool  # whether creates take a client token, so that a doubtful one may be repeated with it
    model: type[BaseModel]
    attributes: Mapping[str, Literal["spec", "late"]]

    def desired(self, declared: Declared, context: ProjectContext) -> Resource:
        """The resource that a declaration means. Pure; never fails, for the spec is validated."""


class Cloud(Protocol):
    """The verbs on one cloud with one set of credentials."""

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

    def discover(self, search: Search) -> Iterable[Found]:
        """Every run marked as this project's. Raises CloudUnavailable."""

    def create(self, resource: Resource, token: str, tags: Mapping[str, str], place: Place) -> Reply:
        """One create call, never repeated inside."""

    def cancel(self, attempt: Attempt, token: str) -> Reply:
        """Ask for an end. A finished run is no error: ACCEPTED."""

    def tag(self, attempt: Attempt, put: Mapping[str, str], drop: Sequence[str]) -> Reply:
        """Put and drop tags; no other key is touched."""

    def results(self, attempt: Attempt) -> bytes:
        """The result file as stored. Raises ResultMissing or CloudUnavailable."""


class CloudUnavailable(Exception):  # noqa: N818 - named after the situation
    """A read failed for good: the message is for people and names the call."""


class ResultMissing(Exception):  # noqa: N818 - named after the situation
    """The run has no result file (yet)."""
