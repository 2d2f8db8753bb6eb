"""Tags: what is put, and what may be taken off."""

from __future__ import annotations

from dataclasses import replace

from reconciler.core.compare import tag_changes
from reconciler.core.mark import TAG_MOVED
from tests.core import samples


def test_what_carries_no_mark_of_ours_keeps_the_name_it_was_paid_under() -> None:
    """A tag set on a renamed run would else take off what a lost state finds that run by."""
    wanted = samples.resource()
    attempt = replace(samples.attempt(), tags={TAG_MOVED: "QuantumTask/old"}, owned=())
    assert tag_changes(wanted, attempt, {})[1] == ()
    assert tag_changes(wanted, attempt, {"qctl:project": "p"})[1] == (TAG_MOVED,)
