"""Runs and attempts for the cases of this room."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from reconciler.core.address import Address
from reconciler.core.attempt import Attempt, Outcome, Place
from reconciler.core.mark import MARKS
from reconciler.core.phase import Phase
from reconciler.core.resource import Resource, RunRules, Scope, attempt_marks
from reconciler.core.state import Record, State

PLACE = Place("braket", "111122223333", "us-east-1")
SCOPE = Scope("01890a5d-ac96-774b-bcce-b302099a8057", "dev")
GHZ = Address("QuantumTask", "ghz")
INTENDED, SUBMITTED, ENDED = "2026-01-01T00:00:00.000Z", "2026-01-02T00:00:00.000Z", "2026-01-03T00:00:00.000Z"
TAGS = {"owner": "lab-3"}
# By name: the run as declared, the same run in an older canonical form, and two different runs.
DIGESTS = {
    "same": "q1-" + "a" * 64,
    "older form": "q0-" + "b" * 64,
    "other": "q1-" + "c" * 64,
    "third": "q1-" + "d" * 64,
}
SHOTS = {"same": 1000, "older form": 1000, "other": 500, "third": 250}


def resource(
    address: Address = GHZ,
    run: str = "same",
    rules: RunRules | None = None,
    tags: Mapping[str, str] | None = None,
    older: Iterable[str] = (),
    delivery: Mapping[str, str] | None = None,
) -> Resource:
    """A desired run; `run` names its digest, `older` its digests in older forms."""
    return Resource(
        address=address,
        digests=(DIGESTS[run], *(DIGESTS[word] for word in older)),
        program="q1-program",
        execution={"device": "sim", "shots": SHOTS[run]},
        tags=TAGS if tags is None else tags,
        delivery=delivery or {},
        rules=rules or RunRules(),
    )


def token(run: str = "same", generation: int = 1, number: int = 1, address: Address = GHZ) -> str:
    """The run identity of this attempt."""
    return resource(address, run, RunRules(generation=generation)).token(SCOPE, number)


def attempt(run: str = "same", generation: int = 1, number: int = 1, address: Address = GHZ, **more: Any) -> Attempt:
    """An attempt, by default accepted, running, and tagged as it should be."""
    made = Attempt(
        token=token(run, generation, number, address),
        digest=DIGESTS[run],
        program="q1-program",
        generation=generation,
        number=number,
        place=PLACE,
        execution={"device": "sim", "shots": SHOTS[run]},
        intended=INTENDED,
    )
    values: dict[str, Any] = {
        "outcome": Outcome.ACCEPTED,
        "id": f"arn:{run}-{number}".replace(" ", "-"),
        "status": "QUEUED",
        "phase": Phase.OPEN,
        "submitted": SUBMITTED,
        "tags": {**TAGS, **attempt_marks(SCOPE, address, made)},
        "owned": tuple(sorted({*MARKS, *TAGS})),
    }
    return _with(made, {**values, **more})


def _with(made: Attempt, values: Mapping[str, Any]) -> Attempt:
    data = {name: getattr(made, name) for name in made.__slots__}
    return Attempt(**{**data, **values})


def state(*attempts: Attempt, managed: bool = True, removal: str = "cancel", address: Address = GHZ) -> State:
    """A state with one record, or an empty one without attempts."""
    records = {str(address): Record(attempts, managed, removal)} if attempts else {}
    return State("lineage", 1, SCOPE.uid, SCOPE.environment, records)
