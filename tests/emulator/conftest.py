from collections.abc import Iterator

import pytest

from reconciler.emulator.world import World
from tests.emulator.local import Local

# 2027-01-15 08:00:00 UTC, a Friday.
START = 1_800_000_000.0


@pytest.fixture
def world() -> Iterator[World]:
    """An empty local cloud whose time stands still unless it is advanced; nothing waits in it."""
    world = World.open(":memory:", base=lambda: START)
    world.sleep = lambda _seconds: None
    yield world
    world.close()


@pytest.fixture
def local(world: World) -> Local:
    return Local(world)
