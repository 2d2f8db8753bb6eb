"""The bench of these tests: one local cloud, one machine, and sleeps that turn its clock."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.cli import clouds
from reconciler.emulator.world import World
from tests.paid_once.bench import Machine


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    """A fresh machine at a fresh cloud."""
    path = tmp_path / "cloud.sqlite"
    monkeypatch.setenv(clouds.WORLD_VARIABLE, str(path))
    world = World.open(path)
    monkeypatch.setattr(clouds._LazyClock, "sleep", lambda _, seconds: world.advance(seconds))
    world.set_switch("latency.factor", "100")  # the tasks stay in the queue while we look
    made = Machine(tmp_path / "project", world)
    made.declare()
    yield made
    world.close()
