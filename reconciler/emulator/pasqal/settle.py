"""The outcomes of jobs whose run is over."""

from collections.abc import Iterable

from reconciler.emulator.world import World


class Unsettled(Exception):  # noqa: N818 - not an error: the caller settles these jobs and asks again
    """Jobs, by their ids, whose run is over and whose outcome must be known before the request can be answered."""

    def __init__(self, jobs: Iterable[str]) -> None:
        super().__init__()
        self.jobs = tuple(jobs)


def settle(world: World, jobs: Iterable[str]) -> None:
    """Run the sequences of jobs that are over, outside of any transaction, and keep their outcomes."""
    raise NotImplementedError
