"""Every row and corner of lasting objects in docs/truth-table.md: a document of object_table.yaml each, compared whole.

`declared`    absent: not declared; keys: amount, period, device, onRemove, tags, watched
`remembered`  the record: managed, removal, attempts; absent: none
`found`       attempts that only a search told of
An attempt says what differs from "a limit of 100 USD on Forte-1, ACTIVE, and tagged as it should be"; `foreign` is one
that somebody else made, without any tag of ours.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciler.core.address import Address
from reconciler.core.attempt import Attempt, Outcome
from reconciler.core.change import SYMBOLS, Change
from reconciler.core.diff import diff
from reconciler.core.event import Adopted
from reconciler.core.mark import MARKS
from reconciler.core.operation import Operation
from reconciler.core.phase import Phase
from reconciler.core.resource import Removal, Resource, RunRules, attempt_marks
from reconciler.core.rules import Rules
from reconciler.core.state import Record, State, fold
from tests.core.samples import ENDED, INTENDED, PLACE, SCOPE, SUBMITTED, TAGS

CASES = list(yaml.safe_load_all((Path(__file__).parent / "object_table.yaml").read_text("utf-8")))
CAP = Address("SpendingLimit", "cap")
_SEEN_BESIDE = {"start": "2026-01-01T00:00:00Z", "end": "2125-12-30T00:00:00Z", "spent": "0", "queued": "0"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(case: dict[str, Any]) -> None:
    assert decide(case) == case["expect"], case["why"]


def test_every_case_says_why() -> None:
    assert [case["name"] for case in CASES if not case["why"].endswith(".")] == []


def decide(case: dict[str, Any]) -> dict[str, Any] | None:
    """The change as plain data, whole."""
    remembered = case.get("remembered")
    records = {}
    if remembered is not None:
        attempts = tuple(map(_attempt, remembered["attempts"]))
        records[str(CAP)] = Record(attempts, remembered.get("managed", True), remembered.get("removal", "cancel"))
    prior = State("lineage", 1, SCOPE.uid, SCOPE.environment, records)
    seen = fold(prior, [Adopted(ENDED, str(CAP), _attempt(found)) for found in case.get("found", [])])
    declared = case.get("declared")
    resources = [] if declared is None else [_declared(**declared)]
    forced = frozenset({CAP} if case.get("forced") else ())
    changes = diff(resources, prior, seen, Rules(SCOPE, forced))
    assert len(changes) < 2
    return _plain(changes[0]) if changes else None


def _declared(
    amount: str = "100",
    period: list[str] | None = None,
    device: str = "forte",
    onRemove: str = "cancel",  # noqa: N803 - as in manifests
    tags: dict[str, str] | None = None,
    watched: bool = False,
) -> Resource:
    settings = {"amount": amount}
    if period:
        settings |= {"start": period[0], "end": period[1]}
    rules = RunRules(on_remove=Removal(onRemove))
    given = TAGS if tags is None else tags
    return Resource(
        CAP, (f"q1-{device}",), "p", {"device": device}, given, {}, rules, settings=settings, watched=watched
    )


def _attempt(data: dict[str, Any]) -> Attempt:
    data = dict(data)
    number, device, foreign = data.pop("number", 1), data.pop("device", "forte"), data.pop("foreign", False)
    token = _declared(device=device).token(SCOPE, number)
    made = Attempt(token, f"q1-{device}", "p", 1, number, PLACE, {"device": device}, INTENDED)
    values: dict[str, Any] = {
        "outcome": Outcome(data.pop("outcome", "accepted")),
        "id": f"arn:{device}-{number}",
        "status": "ACTIVE",
        "phase": Phase(data.pop("phase", "open")),
        "submitted": SUBMITTED,
        "settings": {"amount": data.pop("amount", "100"), **_SEEN_BESIDE, **data.pop("settings", {})},
    }
    if values["outcome"] is not Outcome.ACCEPTED:
        values |= {"id": "", "status": "", "submitted": ""}
    if not foreign:
        values["tags"] = {**TAGS, **attempt_marks(SCOPE, CAP, made)}
        values["owned"] = tuple(sorted({*MARKS, *TAGS}))
    values["tags"] = {**values.get("tags", {}), **data.pop("extraTags", {})}
    return replace(made, **{**values, **data})


def _plain(change: Change) -> dict[str, Any]:
    return {
        "action": str(change.action),
        "symbol": SYMBOLS[change.action],
        "reason": change.reason,
        "fields": [f"{f.kind} {f.name}: {f.before} -> {f.after}" for f in change.fields],
        "operations": [_operation(op) for op in change.operations],
        "object": change.attempt and (change.attempt.id or f"attempt {change.attempt.number}"),
        "record": None if change.managed is None else {"managed": change.managed, "removal": change.removal},
        "warning": change.warning,
        "forbidden": change.forbidden,
        "changes_anything": change.changes_anything,
    }


def _operation(op: Operation) -> str:
    words = [str(op.verb), *([op.id] if op.id else []), *(f"{k} {v}" for k, v in op.settings.items())]
    words += [f"put {k}" if k in MARKS else f"put {k}={v}" for k, v in op.put.items()]
    words += [f"drop {k}" for k in op.drop]
    words += ["again"] if op.repeats else []
    words += [f"number {op.number}"] if op.number else []
    return "; ".join(words)
