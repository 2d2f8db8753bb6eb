"""Where providers and the local cloud are put together: nobody else knows both."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.core.diagnostic import Diagnostic
from reconciler.core.ports import Clock
from reconciler.providers.kind import Cloud
from reconciler.workflow.clock import SystemClock

if TYPE_CHECKING:
    from reconciler.emulator.world import World
    from reconciler.manifest.project import Braket
    from reconciler.providers.braket.client import BraketClient

LOCAL_REGION = "us-east-1"
WORLD_VARIABLE = "QCTL_LOCAL_CLOUD"
_FRESH = 1.0  # seconds; `qctl local advance` in another terminal is seen after at most this


class Problem(Exception):  # noqa: N818 - carries a diagnostic to the one place that shows it
    """A situation that stops the command and has its explanation with it."""

    def __init__(self, *diagnostics: Diagnostic) -> None:
        super().__init__("; ".join(d.summary for d in diagnostics))
        self.diagnostics = diagnostics


def world_path(root: Path) -> Path:
    """The file of the local cloud of a project."""
    given = os.environ.get(WORLD_VARIABLE)
    return Path(given) if given else root / ".qctl" / "local-cloud.sqlite"


def open_world(root: Path) -> World:
    """The local cloud of a project; made on first use. Raises Problem."""
    # Here and not above: SQLite and botocore's model are needed only by commands that reach the local cloud.
    from reconciler.emulator.world import World, WorldError

    try:
        return World.open(world_path(root))
    except (WorldError, OSError) as error:
        remedy = f"Move the file away to begin with an empty local cloud, or name another with {WORLD_VARIABLE}."
        raise Problem(Diagnostic("local/unusable", "Local cloud can't be opened", str(error), remedy)) from error


class LocalClock:
    """Implements Clock with the local cloud's time, which `qctl local advance` moves."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._ahead = timedelta(0)
        self._asked = float("-inf")

    def now(self) -> datetime:
        """The local cloud's time of day."""
        if time.monotonic() - self._asked > _FRESH:
            self._ahead = self._world.now() - datetime.now(UTC)
            self._asked = time.monotonic()
        return datetime.now(UTC) + self._ahead

    def monotonic(self) -> float:
        """Seconds that never go back."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Let the time pass."""
        time.sleep(seconds)


class BraketSetup:
    """How this project reaches Braket. Opens and imports nothing before it is asked for."""

    def __init__(self, root: Path, settings: Braket, parallelism: int) -> None:
        self._root = root
        self._settings = settings
        self._pool = parallelism
        self._world: World | None = None
        self._client: BraketClient | None = None
        self._lazy_clock = _LazyClock(self)

    @property
    def local(self) -> bool:
        """Whether it is the local cloud."""
        return self._settings.mode == "local"

    @property
    def region(self) -> str:
        """Where simulators run. Raises Problem if nobody says."""
        return self._settings.region or (LOCAL_REGION if self.local else self._aws_region())

    @property
    def clock(self) -> Clock:
        """The time of that cloud."""
        return self._lazy_clock if self.local else SystemClock()

    def world(self) -> World:
        """The local cloud."""
        if self._world is None:
            self._world = open_world(self._root)
        return self._world

    def client(self) -> BraketClient:
        """The client, in this process answered by the local cloud when that is chosen."""
        if self._client is None:
            self._client = self._connect()
        return self._client

    def cloud(self) -> Cloud:
        """The verbs."""
        from reconciler.providers.braket.cloud import BraketCloud  # botocore: only when a cloud is needed

        return BraketCloud(self.client(), self.clock, local=self.local)

    def _connect(self) -> BraketClient:
        from reconciler.providers.braket.client import Access, BraketClient  # botocore, as above

        if not self.local:
            settings = self._settings
            access = Access(self.region, settings.profile, settings.endpoint_url, pool=self._pool)
            return BraketClient(access, self.clock)
        from reconciler.emulator.inprocess import hook

        access = Access(self.region, hook=hook(self.world()), rates=False, pool=self._pool)
        return BraketClient(access, self.clock)

    def _aws_region(self) -> str:
        given = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
        if given:
            return given
        import botocore.session  # only when neither manifest nor environment says the region
        from botocore.exceptions import BotoCoreError

        try:
            configured = botocore.session.Session(profile=self._settings.profile).get_config_variable("region")
        except BotoCoreError as error:
            remedy = "Correct spec.providers.braket.profile, or your AWS configuration."
            raise Problem(Diagnostic("aws/profile", "AWS profile can't be used", str(error), remedy)) from error
        if configured:
            return str(configured)
        detail = "Neither the project, AWS_REGION nor the AWS profile says in which region simulators run."
        remedy = "Set spec.providers.braket.region."
        raise Problem(Diagnostic("aws/no-region", "No AWS region", detail, remedy))


class _LazyClock:
    """The local clock, opened when somebody asks for the time of day."""

    def __init__(self, setup: BraketSetup) -> None:
        self._setup = setup
        self._clock: LocalClock | None = None

    def now(self) -> datetime:
        if self._clock is None:
            self._clock = LocalClock(self._setup.world())
        return self._clock.now()

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class Clouds(Mapping[str, Cloud]):
    """The clouds by name, each made when it is first asked for."""

    def __init__(self, braket: BraketSetup) -> None:
        self._makers = {"braket": braket.cloud}
        self._made: dict[str, Cloud] = {}

    def __getitem__(self, name: str) -> Cloud:
        if name not in self._made:
            self._made[name] = self._makers[name]()
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)
