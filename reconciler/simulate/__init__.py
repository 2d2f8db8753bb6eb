# Importing this package is cheap; simulators load when a program runs.
import sys
from importlib.machinery import PathFinder
from importlib.util import find_spec

_LIBRARY = "braket.default_simulator"
MISSING = "The simulator is not installed: pip install 'qctl[simulate]'"


class SimulationFailed(Exception):  # noqa: N818 - an outcome of running a program, named like a FAILED task
    """A program could not be simulated here. `reason` is one line for people, never a traceback."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def is_installed() -> bool:
    """Whether the simulators are there, without loading them."""
    if _LIBRARY in sys.modules:
        return sys.modules[_LIBRARY] is not None
    # Asked for as a whole, the parent package would be imported.
    parent = find_spec(_LIBRARY.partition(".")[0])
    places = parent.submodule_search_locations if parent else None
    return bool(places) and PathFinder.find_spec(_LIBRARY, places) is not None
