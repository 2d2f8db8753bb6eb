from collections.abc import Callable
from dataclasses import dataclass

from reconciler.emulator.message import Response
from reconciler.emulator.world import Session


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request that was read: the name of what it asks for, and how to do that in a transaction."""

    operation: str
    act: Callable[[Session], Response]
