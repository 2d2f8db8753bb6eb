"""Everything one command works with: the project, the clouds, the store and the clock."""

from __future__ import annotations

import getpass
import secrets
import socket
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from os import getpid
from typing import Any

from reconciler.core.address import Address
from reconciler.core.history import Origin
from reconciler.core.policy import Policy
from reconciler.core.ports import Clock, ProjectContext
from reconciler.core.progress import Progress, Stage
from reconciler.core.resource import Scope
from reconciler.core.state import State
from reconciler.providers.kind import Bundler, Cloud, Keeper, Kind, Tokenless
from reconciler.providers.price_lists import PriceLists
from reconciler.store.errors import LockInfo
from reconciler.store.port import Store
from reconciler.workflow.simulating import Simulating

Tell = Callable[[Progress], None]
Others = Callable[[], Iterable[tuple[str, State]]]
"""The other environments of the project with their states, read when asked."""
Beside = Callable[[], Mapping[str, int | None]]
"""The other environments with a state in the same place, with how much is on record there if that is told for free."""

Rescues = Callable[[], Iterable[tuple[str, State | None]]]
"""The rescue files of this environment on this machine, with the states in them; None: it can't be read."""


@dataclass(frozen=True, slots=True)
class Session:
    """`kinds` by kind name, `clouds` by cloud name; a cloud makes no connection before it is asked something."""

    context: ProjectContext
    kinds: Mapping[str, Kind]
    clouds: Mapping[str, Cloud]
    store: Store
    clock: Clock
    version: str  # of qctl, for lock and state
    local: frozenset[str] = frozenset()  # the clouds that are local ones here
    prices: PriceLists = field(default_factory=PriceLists)
    policies: tuple[Policy, ...] = ()  # every plan is held against them
    simulating: Simulating | None = None
    others: Others | None = None  # None: what other environments paid is no concern of this one
    beside: Beside | None = None  # None: the project says which environments there are
    rescues: Rescues = tuple
    origin: Callable[[], Origin] = Origin  # from where it works: read only when something is changed

    @property
    def scope(self) -> Scope:
        """Whose runs they are."""
        return Scope(self.context.uid, self.context.environment)

    def cloud(self, kind: str) -> Cloud:
        """The cloud that this kind lives on."""
        return self.clouds[self.kinds[kind].cloud]

    def tokenless(self, kind: str) -> Tokenless:
        """The same cloud, of a kind whose creates take no client token."""
        cloud = self.cloud(kind)
        if not isinstance(cloud, Tokenless):
            raise TypeError(f"the cloud of {kind} can't look for what it may have made")
        return cloud

    def keeper(self, kind: str) -> Keeper:
        """The same cloud, of a kind of lasting objects."""
        cloud = self.cloud(kind)
        if not isinstance(cloud, Keeper):
            raise TypeError(f"the cloud of {kind} can't change what it has")
        return cloud

    def bundler(self, kind: str) -> Bundler:
        """The same cloud, of a kind of which several runs can be submitted as one."""
        cloud = self.cloud(kind)
        if not isinstance(cloud, Bundler):
            raise TypeError(f"the cloud of {kind} can't take several runs at once")
        return cloud

    def now(self) -> str:
        """The time as it stands in records."""
        return timestamp(self.clock.now())

    def lock_info(self, operation: str) -> LockInfo:
        """Who we are, for those we keep waiting."""
        return LockInfo(
            id=secrets.token_hex(8),
            who=_user(),
            host=socket.gethostname(),
            pid=getpid(),
            operation=operation,
            created=self.now(),
            version=self.version,
        )

    def progress(self, address: Address, step: str, stage: Stage, **more: Any) -> Progress:
        """One moment, now."""
        return Progress(self.now(), address, step, stage, **more)


def timestamp(moment: datetime) -> str:
    """ISO 8601 in UTC, in milliseconds: the form that Braket's own times have."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container may run as a user without a name
        return "unknown"
