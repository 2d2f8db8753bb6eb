"""How a request says that jobs must be run before it can be answered."""

from collections.abc import Iterable


class Unsettled(Exception):  # noqa: N818 - not an error: the caller settles these jobs and asks again
    """Jobs, by their ids, whose run is over and whose outcome must be known before the request can be answered."""

    def __init__(self, jobs: Iterable[str]) -> None:
        super().__init__()
        self.jobs = tuple(jobs)
