"""What importing asks of a cloud, beside the verbs of every cloud."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from reconciler.core.adoption import Existing
from reconciler.providers.kind import Cloud


@runtime_checkable
class Importer(Cloud, Protocol):
    """A cloud whose runs can be taken over, whoever made them."""

    def existing(self, kind: str, run_id: str, *, whole: bool = False) -> Existing | None:
        """What this run is; None if there is none of this kind. An empty kind means any that there is.

        `whole`: also what a manifest would say of it. Raises CloudUnavailable.
        """

    def could_be(self, run_id: str) -> bool:
        """Whether this looks like an id of this cloud. Calls nothing."""
