"""A case of the truth table: a YAML file in `truth_table/` with what is declared, remembered and found, and the change.

`declared`    absent: not declared; keys: run, generation, maxAttempts, retryOn, onRemove, tags, olderForms
`remembered`  the record: managed, removal, attempts; absent: none
`found`       attempts that only the cloud's tags tell of
`forced`      named by --replace; `repeats` false: a cloud without client tokens
An attempt says what differs from "accepted, QUEUED, and tagged as it should be".
A batch (`kind: Batch`) has `jobs` on both sides, and what batch_case.py tells; `now` is the time of the plan, `broken`
the numbers of attempts that a command began and did not live to save, `stale` doubts whose time is over. Freshness:
`declared.freshness` has maxAge in seconds, onCalibration, rerun, maxNewRuns; `facts` are the device's, of now.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from reconciler.core.address import Address
from reconciler.core.attempt import Attempt, Outcome
from reconciler.core.change import SYMBOLS, Change
from reconciler.core.diff import diff
from reconciler.core.event import Adopted
from reconciler.core.freshness import Freshness
from reconciler.core.operation import Operation
from reconciler.core.phase import Phase
from reconciler.core.resource import Removal, Resource, RunRules
from reconciler.core.rules import Rules
from reconciler.core.state import State, fold
from tests.core import samples
from tests.core.batch_case import SWEEP, batch_attempt, called, plain_jobs, with_jobs

FOLDER = Path(__file__).parent / "truth_table"
_KEYS = {
    "why",
    "kind",
    "declared",
    "remembered",
    "found",
    "forced",
    "repeats",
    "now",
    "broken",
    "stale",
    "facts",
    "expect",
}
_OF_BATCHES = ("open", "closeAfter", "accepting", "adding")
_LABELS = {
    samples.token(run, generation, number, address): f"{run}, generation {generation}, attempt {number}"
    for address in (samples.GHZ, SWEEP)
    for run in samples.DIGESTS
    for generation in (1, 2)
    for number in (1, 2, 3, 4)
}


@dataclass(frozen=True, slots=True)
class Case:
    """A file's content; `expect` is None when nothing at all should come of it."""

    name: str
    why: str
    given: dict[str, Any]
    expect: dict[str, Any] | None


def load_cases() -> list[Case]:
    return [_case(path) for path in sorted(FOLDER.glob("*.yaml"))]


def _case(path: Path) -> Case:
    data = yaml.safe_load(path.read_text("utf-8"))
    unknown = data.keys() - _KEYS
    assert not unknown, f"{path.name}: {unknown}"
    return Case(path.stem, data["why"], data, data["expect"])


def decide(given: dict[str, Any], unshared: bool = False) -> dict[str, Any] | None:
    """The change as plain data, whole. `unshared`: no record is the same object before and after observing."""
    address = SWEEP if given.get("kind") == "Batch" else samples.GHZ
    prior = _remembered(given.get("remembered"), address)
    found = [Adopted(samples.ENDED, str(address), _attempt(a, address)) for a in given.get("found", [])]
    resources = [] if given.get("declared") is None else [_declared(given["declared"], address)]
    once = address is SWEEP or not given.get("repeats", True)
    rules = Rules(
        samples.SCOPE,
        forced=frozenset({address} if given.get("forced") else ()),
        once=frozenset({address.kind} if once else ()),
        stale=frozenset(samples.token(number=n, address=address) for n in given.get("stale", [])),
        fresh=frozenset(samples.token(number=n, address=address) for n in given.get("broken", [])),
        now=datetime.fromisoformat(given["now"]) if "now" in given else None,
        facts={"sim": given.get("facts", {})},
    )
    seen = fold(prior, found)
    changes = diff(resources, copy.deepcopy(prior) if unshared else prior, seen, rules)
    assert len(changes) < 2
    return _plain(changes[0]) if changes else None


def _declared(data: dict[str, Any], address: Address) -> Resource:
    data = dict(data)
    jobs, more = data.pop("jobs", None), {name: data.pop(name) for name in _OF_BATCHES if name in data}
    rules = RunRules(
        generation=data.pop("generation", 1),
        max_attempts=data.pop("maxAttempts", 1),
        retry_on=frozenset(Phase(word) for word in data.pop("retryOn", ["failed"])),
        on_remove=Removal(data.pop("onRemove", "cancel")),
        freshness=_freshness(data.pop("freshness", None)),
    )
    run, tags, older = data.pop("run", "same"), data.pop("tags", None), data.pop("olderForms", ())
    assert not data, f"unknown keys {sorted(data)}"
    made = samples.resource(address, run=run, rules=rules, tags=tags, older=older)
    return made if jobs is None else with_jobs(made, jobs, more)


def _freshness(data: dict[str, Any] | None) -> Freshness | None:
    if data is None:
        return None
    data = dict(data)
    made = Freshness(
        max_age=data.pop("maxAge", None),
        on_calibration=data.pop("onCalibration", False),
        rerun=data.pop("rerun", False),
        max_new_runs=data.pop("maxNewRuns", 1),
    )
    assert not data, f"unknown keys {sorted(data)}"
    return made


def _remembered(data: dict[str, Any] | None, address: Address) -> State:
    if data is None:
        return samples.state()
    data = dict(data)
    attempts = [_attempt(a, address) for a in data.pop("attempts")]
    return samples.state(*attempts, address=address, **data)


def _attempt(data: dict[str, Any], address: Address) -> Attempt:
    values = dict(data)
    jobs, more = values.pop("jobs", None), {name: values.pop(name) for name in _OF_BATCHES if name in values}
    if "outcome" in values:
        values["outcome"] = Outcome(values["outcome"])
        if values["outcome"] is not Outcome.ACCEPTED:
            values = {"id": "", "status": "", "submitted": "", **values}
    if "phase" in values:
        values["phase"] = Phase(values["phase"])
    extra = values.pop("extraTags", {})
    without = values.pop("withoutTags", [])
    values["owned"] = (*samples.attempt().owned, *values.pop("alsoOwned", []))
    made = samples.attempt(address=address, **values)
    made = replace(made, tags={k: v for k, v in {**made.tags, **extra}.items() if k not in without})
    return made if jobs is None else batch_attempt(made, jobs, more)


def _plain(change: Change) -> dict[str, Any]:
    record = None if change.managed is None else {"managed": change.managed, "removal": change.removal}
    of_batch = {"jobs": plain_jobs(change)} if change.address == SWEEP else {}
    return {
        "action": str(change.action),
        "symbol": SYMBOLS[change.action],
        "reason": change.reason,
        "fields": [f"{f.kind} {f.name}: {f.before} -> {f.after}" for f in change.fields],
        "operations": [_operation(op) for op in change.operations],
        "run": change.attempt and (change.attempt.id or _LABELS[change.attempt.token]),
        "record": record,
        "warning": change.warning,
        "declared": change.declared,
        "changes_anything": change.changes_anything,
        **({"stale": change.stale} if change.stale else {}),
        **of_batch,
    }


def _operation(op: Operation) -> str:
    words = [str(op.verb), op.id or _LABELS[op.token]]
    words += [f"put {k}={v}" for k, v in op.put.items()] + [f"drop {k}" for k in op.drop]
    words += [called(op.jobs)] if op.jobs else []
    words += ["again"] if op.repeats else []
    words += [f"number {op.number}"] if op.number else []
    return "; ".join(words)
