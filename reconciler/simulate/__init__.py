# Importing this package is cheap; simulators load when a program runs.


class SimulationFailed(Exception):  # noqa: N818 - an outcome of running a program, named like a FAILED task
    """A program could not be simulated here. `reason` is one line for people, never a traceback."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
