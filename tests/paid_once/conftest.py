"""The bench of these tests: one local cloud, one machine, and sleeps that turn its clock."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from reconciler.cli import clouds
from reconciler.emulator.world import World
from reconciler.workflow import rest
from tests.paid_once.bench import Machine, Skew
from tests.paid_once.pasqal_bench import Laboratory

_TICK = 0.001  # seconds, the world's smallest step: a nap that rounds to none would never end


@cache
def _opened(path: Path, _process: int) -> World:
    return World.open(path)


def _world(path: Path) -> World:
    """The world's file as this process has it open: one that was forked must not touch its parent's connection."""
    return _opened(path, os.getpid())


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A fresh local cloud, which every command of the test uses; sleeping turns its clock."""
    path = tmp_path / "cloud.sqlite"
    monkeypatch.setenv(clouds.WORLD_VARIABLE, str(path))
    monkeypatch.setattr(clouds._LazyClock, "sleep", lambda _, seconds: _world(path).advance(max(seconds, _TICK)))
    yield _world(path)
    _world(path).close()


@pytest.fixture
def machine(tmp_path: Path, world: World) -> Machine:
    """A fresh machine at a fresh cloud."""
    world.set_switch("latency.factor", "100")  # the tasks stay in the queue while we look
    made = Machine(tmp_path / "project", world)
    made.declare()
    return made


@pytest.fixture
def quiet_lab(tmp_path: Path, world: World) -> Laboratory:
    """A fresh machine with a project on Pasqal, where nothing runs while we look."""
    world.set_switch("simulation", "skip")
    world.set_switch("pasqal.latency.emulator.queue", "1000000")
    return Laboratory(tmp_path / "project", world)


@pytest.fixture
def skew(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Skew:
    """Time passes by the world's clock alone, so that a window is over in no time; whoever works may be off by this."""
    skew = Skew()

    def now(_: object) -> datetime:
        return _world(tmp_path / "cloud.sqlite").now() + timedelta(seconds=skew.ahead)

    # The window is waited for by the monotonic clock, and judged by the time of day: both must be the world's.
    monkeypatch.setattr(clouds._LazyClock, "now", now)
    monkeypatch.setattr(clouds._LazyClock, "monotonic", lambda clock: now(clock).timestamp())
    monkeypatch.setattr(rest, "_NAP", 3600.0)  # nobody interrupts, so one long nap does
    return skew


@pytest.fixture
def lab(quiet_lab: Laboratory, skew: Skew) -> Laboratory:
    """The same where time passes by the world's clock alone."""
    return quiet_lab
