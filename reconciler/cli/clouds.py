"""Where providers and the local cloud are put together: nobody else knows both."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.core.diagnostic import Diagnostic
from reconciler.core.ports import Clock
from reconciler.providers.kind import Cloud

if TYPE_CHECKING:
    from reconciler.emulator.world import World

WORLD_VARIABLE = "QCTL_LOCAL_CLOUD"
LOCAL_REMEDY = (
    "Make room if the disk is full, and give access to the file and its folder. Only if the file itself is broken, "
    f"move it away: an empty local cloud begins, without the runs in this one. {WORLD_VARIABLE} names another place."
)
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
        why = f"{error.filename}: {error.strerror}" if isinstance(error, OSError) else str(error)
        detail = f"{why.rstrip('.')}."
        raise Problem(Diagnostic("local/unusable", "Local cloud can't be opened", detail, LOCAL_REMEDY)) from error


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


class LocalCloud:
    """The local cloud of one command, shared by every provider that means it. Opened when it is first needed."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._world: World | None = None
        self.clock: Clock = _LazyClock(self)

    def world(self) -> World:
        """The local cloud. Raises Problem."""
        if self._world is None:
            self._world = open_world(self._root)
        return self._world

    def close(self) -> None:
        """Let go of its file. For those who open many in one process; whoever asks again opens it anew."""
        if self._world is not None:
            self._world.close()
            self._world = None


class _LazyClock:
    """The local clock, opened when somebody asks for the time of day."""

    def __init__(self, cloud: LocalCloud) -> None:
        self._cloud = cloud
        self._clock: LocalClock | None = None

    def now(self) -> datetime:
        if self._clock is None:
            self._clock = LocalClock(self._cloud.world())
        return self._clock.now()

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class Clouds(Mapping[str, Cloud]):
    """The clouds by name, each made when it is first asked for."""

    def __init__(self, makers: Mapping[str, Callable[[], Cloud]]) -> None:
        self._makers = makers
        self._made: dict[str, Cloud] = {}

    def __getitem__(self, name: str) -> Cloud:
        if name not in self._made:
            self._made[name] = self._makers[name]()
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)
