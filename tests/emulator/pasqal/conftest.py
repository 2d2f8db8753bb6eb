import pytest

from reconciler.emulator.world import World
from tests.emulator.pasqal.local import Pasqal


@pytest.fixture
def pasqal(world: World) -> Pasqal:
    """The local Pasqal. Its jobs end without a result, unless a test wants them simulated."""
    world.set_switch("simulation", "skip")
    world.set_switch("seed", "1")
    return Pasqal(world)
