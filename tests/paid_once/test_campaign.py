"""Whatever a project lives through, each desired run is paid once, none is unknown, and in the end nothing is to do."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reconciler.emulator.world import World
from tests.paid_once.bench import Skew
from tests.paid_once.campaign import Life

_KINDS = ("folder", "bucket", "lost")
_STEPS = 9
# Any seed is a life. `CAMPAIGN=1000:200` lives through 200 others, from the seed 1000 on.
_FIRST, _, _COUNT = os.environ.get("CAMPAIGN", "1:6").partition(":")
_LIVES = [(seed, _KINDS[seed // 2 % 3]) for seed in range(int(_FIRST), int(_FIRST) + int(_COUNT))]


@pytest.mark.parametrize(("seed", "state"), _LIVES)
def test_a_life(
    tmp_path: Path, world: World, skew: Skew, monkeypatch: pytest.MonkeyPatch, seed: int, state: str
) -> None:
    prepare(world, seed)
    # Of sequences nothing is asked here, and Pulser takes seconds to load in each process that dies.
    monkeypatch.setattr("reconciler.workflow.checking.check_sequences", lambda *_: [])
    Life(tmp_path / "life", world, seed, state == "bucket", state == "lost", skew).live(_STEPS)


def prepare(world: World, seed: int) -> None:
    """Nothing is simulated, and time passes by the story alone. In every other life nothing ever ends by itself."""
    world.freeze()
    for name, value in {"simulation": "skip", "seed": str(seed), "pasqal.open.timeout": "1000000000"}.items():
        world.set_switch(name, value)
    if seed % 2:
        slow = {"latency.factor": "1000000", "latency.cancel": "0.000001"}
        for name, value in {**slow, "pasqal.latency.emulator.queue": "1000000000"}.items():
            world.set_switch(name, value)
