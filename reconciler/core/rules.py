"""What a caller adds to what is declared and remembered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from reconciler.core.address import Address, parse_address
from reconciler.core.attempt import Attempt
from reconciler.core.freshness import Facts
from reconciler.core.mark import TAG_ADDRESS, TAG_MOVED, address_mark
from reconciler.core.resource import Scope, attempt_marks


@dataclass(frozen=True, slots=True)
class Rules:
    """Whose project it is, and which addresses must be paid again on request.

    `once` are the kinds whose cloud takes no client token: a doubtful create of theirs may not be repeated. `unmarked`
    are those whose runs carry no tags. `stale` are tokens of doubts that are too old for a repetition, and `fresh`
    those of runs that an earlier, broken command began. `unmatched` says why runs of these kinds can't be searched
    for. `now` may be None where nothing is decided by it.
    """

    scope: Scope
    forced: frozenset[Address] = frozenset()
    once: frozenset[str] = frozenset()
    unmarked: frozenset[str] = frozenset()
    stale: frozenset[str] = frozenset()
    fresh: frozenset[str] = frozenset()
    unmatched: Mapping[str, str] = field(default_factory=dict)
    now: datetime | None = None
    facts: Mapping[str, Facts] = field(default_factory=dict)  # by device, of now

    def marks(self, address: Address, attempt: Attempt) -> dict[str, str]:
        """The tags that the run should have from us; none where it can't have any.

        A task that several runs share carries the marks of their set.
        """
        if attempt.group:
            ours = {key: value for key, value in attempt.tags.items() if key.startswith("qctl:")}
            return ours | _moved(address, attempt)
        return {} if address.kind in self.unmarked else attempt_marks(self.scope, address, attempt)


def _moved(address: Address, attempt: Attempt) -> dict[str, str]:
    """The marks of a set whose sweep was renamed."""
    if not attempt.origin:
        return {}
    base = parse_address(attempt.origin).base
    return {TAG_ADDRESS: address_mark(address.base), TAG_MOVED: address_mark(base)}
