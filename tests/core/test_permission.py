"""What an agent may do of a plan, and how long it waits between two."""

from __future__ import annotations

import pytest

from reconciler.core.address import Address
from reconciler.core.change import Action, Change
from reconciler.core.event import Verb
from reconciler.core.operation import Operation
from reconciler.core.pacing import pause
from reconciler.core.permission import Applying, Permission, withheld
from reconciler.core.plan import Plan

NEW, TAGGED, REPLACED, CANCELLED, DELETED, WITHDRAWN, BATCH, WAITING, LAST = (
    Address("QuantumTask", name)
    for name in ("new", "tagged", "replaced", "cancelled", "deleted", "withdrawn", "batch", "waiting", "last")
)
_VERBS: dict[Address, tuple[Action, list[Verb]]] = {
    NEW: (Action.CREATE, [Verb.CREATE]),
    TAGGED: (Action.UPDATE, [Verb.TAG]),
    REPLACED: (Action.REPLACE, [Verb.CANCEL, Verb.CREATE]),
    CANCELLED: (Action.CANCEL, [Verb.CANCEL]),
    DELETED: (Action.CANCEL, [Verb.DELETE]),
    WITHDRAWN: (Action.UPDATE, [Verb.CANCEL_JOBS, Verb.ADD]),
    BATCH: (Action.UPDATE, [Verb.CLOSE]),
    WAITING: (Action.CREATE, [Verb.CREATE]),
    LAST: (Action.CREATE, [Verb.CREATE]),
}
PLAN = Plan(
    "study",
    "dev",
    tuple(
        Change(address, action, "why", operations=tuple(Operation(verb, address, "token", id="arn") for verb in verbs))
        for address, (action, verbs) in _VERBS.items()
    ),
    {WAITING: {REPLACED}, LAST: {WAITING}, NEW: set()},
)
_DEPENDENT = {REPLACED, WAITING, LAST}
_ENDED = {CANCELLED, DELETED, WITHDRAWN}


@pytest.mark.parametrize(
    ("permission", "kept"),
    [
        (Permission(), _ENDED | _DEPENDENT),
        (Permission(cancel=True), _DEPENDENT),
        (Permission(replace=True), _ENDED),
        (Permission(cancel=True, replace=True), set()),
        (Permission(Applying.NEVER, cancel=True, replace=True), set(_VERBS)),
        (Permission(Applying.APPROVED, cancel=True, replace=True), set(_VERBS)),
        (Permission(Applying.APPROVED, approved=frozenset({PLAN.fingerprint})), set()),
        (Permission(approved=frozenset({PLAN.fingerprint})), _ENDED | _DEPENDENT),
    ],
)
def test_what_is_withheld(permission: Permission, kept: set[Address]) -> None:
    assert withheld(PLAN, permission).keys() == kept


def test_what_waits_for_it_says_so() -> None:
    assert withheld(PLAN, Permission())[LAST] == f"it waits for {WAITING}, which is withheld"


@pytest.mark.parametrize(
    ("failures", "chance", "seconds"),
    [(0, 0.5, 300), (0, 0, 270), (0, 1, 330), (1, 1, 600), (1, 0, 300), (3, 1, 2400), (9, 1, 3600), (10_000, 0, 1800)],
)
def test_pauses(failures: int, chance: float, seconds: float) -> None:
    assert pause(300, failures, chance) == pytest.approx(seconds)


def test_a_long_interval_is_never_shortened_by_failures() -> None:
    assert pause(86_400, 5, 1) == 86_400
