# Importing this package is cheap; simulators load when a program runs.
from importlib.util import find_spec

MISSING = "The simulator is not installed: pip install 'qctl[simulate]'"


class SimulationFailed(Exception):  # noqa: N818 - an outcome of running a program, named like a FAILED task
    """A program could not be simulated here. `reason` is one line for people, never a traceback."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def is_installed() -> bool:
    """Whether the simulators are there, without loading them."""
    try:
        return find_spec("braket.default_simulator") is not None
    except ModuleNotFoundError:  # there is no `braket` at all
        return False
