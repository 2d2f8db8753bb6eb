"""What a cloud must be able to do for tags on objects that are not ours, and how their state is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from reconciler.core.attempt import Attempt, Place
from reconciler.core.event import Observed
from reconciler.core.phase import Phase
from reconciler.providers.kind import Cloud, Reply
from reconciler.providers.tag_set_spec import Selector

KIND = "TagSet"


@runtime_checkable
class TagHolder(Cloud, Protocol):
    """A cloud whose objects carry tags that anybody with its credentials may edit. `target` names one by its id."""

    def target_place(self, target: str) -> Place:
        """Where the object is. Raises CloudUnavailable."""

    def tags_of(self, target: str) -> Mapping[str, str] | None:
        """All its tags; None when there is no such object. Raises CloudUnavailable."""

    def retag(self, target: str, put: Mapping[str, str], drop: Sequence[str]) -> Reply:
        """Put and drop tags; no other key is touched. One call for each of both."""

    def select(self, selector: Selector) -> Iterable[str]:
        """The ids of all objects that fit. Raises CloudUnavailable."""


def observed_tags(
    holder: TagHolder, asked: Iterable[tuple[str, Attempt]], now: datetime, lag: timedelta
) -> Iterator[Observed]:
    """One event for each tag set whose target is there, or should have been seen by now. Raises CloudUnavailable."""
    at = now.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    for address, attempt in asked:
        tags = holder.tags_of(str(attempt.settings["target"]))
        if tags is not None:
            yield Observed(at, address, attempt.token, "SET", Phase.OPEN, tags=tags)
        elif now - attempt.begun > lag:
            yield Observed(at, address, attempt.token, attempt.status, attempt.phase, missing=True)
