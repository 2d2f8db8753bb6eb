"""The plan: its exact lines, its counts, and one fingerprint for one decision."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from reconciler.core.address import Address
from reconciler.core.attempt import Outcome
from reconciler.core.change import Action, Change
from reconciler.core.diagnostic import Diagnostic, Severity
from reconciler.core.diff import diff
from reconciler.core.event import Verb
from reconciler.core.money import Price
from reconciler.core.operation import Operation
from reconciler.core.phase import Phase
from reconciler.core.plan import Plan, plan_to_json
from reconciler.core.resource import Removal, Resource, RunRules
from reconciler.core.rules import Rules
from reconciler.core.state import State
from tests.core import samples

A, B, C, D = (Address("QuantumTask", name) for name in "abcd")


def _change(address: Address, action: Action, *verbs: Verb, managed: bool | None = None) -> Change:
    calls = tuple(Operation(verb, address, f"token-{verb}", id="arn") for verb in verbs)
    return Change(address, action, "why", operations=calls, managed=managed)


def _plan(*changes: Change, edges: dict[Address, set[Address]] | None = None) -> Plan:
    return Plan("study", "dev", changes, edges or {})


def _decided(resources: list[Resource], state: State) -> Plan:
    changes = diff(resources, state, state, Rules(samples.SCOPE))
    return _plan(*changes, edges={r.address: set() for r in resources})


CREATE = _change(A, Action.CREATE, Verb.CREATE)
REPLACE = _change(B, Action.REPLACE, Verb.CANCEL, Verb.CREATE)
UPDATE = _change(C, Action.UPDATE, Verb.TAG)
CANCEL = _change(D, Action.CANCEL, Verb.CANCEL, managed=False)
ADOPT = _change(A, Action.ADOPT)
NONE = _change(A, Action.NONE)


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ([], "No changes. Your infrastructure matches the configuration."),
        ([NONE, _change(B, Action.LOST)], "No changes. Your infrastructure matches the configuration."),
        ([CREATE], "Plan: 1 to add, 0 to change, 0 to destroy."),
        ([CREATE, REPLACE, UPDATE, CANCEL], "Plan: 2 to add, 1 to change, 2 to destroy."),
        ([ADOPT, UPDATE], "Plan: 1 to import, 0 to add, 1 to change, 0 to destroy."),
        ([_change(A, Action.ADOPT, Verb.TAG)], "Plan: 1 to import, 0 to add, 1 to change, 0 to destroy."),
        ([_change(A, Action.UPDATE, managed=True)], "Plan: 0 to add, 1 to change, 0 to destroy."),
        ([_change(A, Action.REUSE, managed=True)], "Plan: 0 to add, 0 to change, 0 to destroy, 1 to reuse."),
        ([_change(A, Action.FORGET, managed=False)], "Plan: 0 to add, 0 to change, 0 to destroy, 1 to forget."),
        ([_change(A, Action.BLOCKED)], "Plan: 0 to add, 0 to change, 0 to destroy, 1 unknown."),
        ([_change(A, Action.RESOLVE, Verb.CREATE)], "Plan: 1 to add, 0 to change, 0 to destroy."),
    ],
)
def test_the_summary_line(changes: list[Change], line: str) -> None:
    assert _plan(*changes).summary == line


def test_the_cost_of_what_would_be_submitted_and_nothing_else() -> None:
    price = Price(Decimal("0.30"), Decimal("0.65"), "list price")
    priced = [replace(CREATE, price=price), replace(REPLACE, price=price), replace(UPDATE, price=price)]
    assert str(_plan(*priced).cost) == "Cost: 0.60 USD now, at most 1.30 USD."
    assert _plan(*priced, replace(CREATE, address=D)).cost.unknown == 1


def test_already_paid_counts_declared_runs_that_are_accepted() -> None:
    done = samples.attempt(phase=Phase.DONE)
    paid = replace(NONE, attempt=done)
    others = [
        replace(REPLACE, attempt=done),
        replace(CANCEL, attempt=done, declared=False),
        _change(C, Action.BLOCKED),
        replace(_change(B, Action.BLOCKED), attempt=samples.attempt(outcome=Outcome.UNKNOWN)),
    ]
    assert _plan(paid, *others).already_paid == 1


def test_errors_forbid_applying_and_warnings_do_not() -> None:
    found = Diagnostic("Q1", "summary", "detail")
    assert not replace(_plan(CREATE), diagnostics=(found,)).applicable
    assert replace(_plan(CREATE), diagnostics=(replace(found, severity=Severity.WARNING),)).applicable


def test_operations_respect_the_edges_and_end_what_is_gone_first() -> None:
    create = {a: _change(a, Action.CREATE, Verb.CREATE) for a in (A, B, C)}
    plan = _plan(*create.values(), CANCEL, edges={A: {B}, B: {C}, C: set()})
    assert [(op.verb, op.address) for op in plan.operations()] == [
        (Verb.CANCEL, D),
        (Verb.CREATE, C),
        (Verb.CREATE, B),
        (Verb.CREATE, A),
    ]


def test_a_dependency_outside_the_plan_is_no_matter() -> None:
    assert [op.address for op in _plan(CREATE, edges={A: {B}, B: set()}).operations()] == [A]


FIRST, SECOND = samples.resource(), samples.resource(A, "other")


def test_the_fingerprint_does_not_depend_on_the_order_of_documents() -> None:
    one, other = _decided([FIRST, SECOND], samples.state()), _decided([SECOND, FIRST], samples.state())
    assert one.fingerprint == other.fingerprint
    assert plan_to_json(one) == plan_to_json(other)


def test_the_fingerprint_does_not_depend_on_running_work() -> None:
    queued = samples.state(samples.attempt())
    running = samples.state(samples.attempt(status="RUNNING"))
    done = samples.state(samples.attempt(status="COMPLETED", phase=Phase.DONE))
    lost = samples.state(samples.attempt(missing=True))
    prints = {_decided([FIRST, SECOND], state).fingerprint for state in (queued, running, done, lost)}
    assert len(prints) == 1


@pytest.mark.parametrize(
    ("what", "resource", "state"),
    [
        ("content", samples.resource(run="other"), samples.state()),
        ("generation", samples.resource(rules=RunRules(generation=2)), samples.state()),
        ("rule of removal", samples.resource(rules=RunRules(on_remove=Removal.ORPHAN)), samples.state()),
        ("tags", samples.resource(tags={"owner": "lab-4"}), samples.state()),
        ("output", samples.resource(delivery={"output.bucket": "elsewhere"}), samples.state()),
        ("what is cancelled for it", samples.resource(), samples.state(samples.attempt("other"))),
        ("nothing to do", samples.resource(), samples.state(samples.attempt())),
        ("a doubt", samples.resource(), samples.state(samples.attempt("other", outcome=Outcome.UNKNOWN))),
    ],
)
def test_the_fingerprint_binds(what: str, resource: Resource, state: State) -> None:
    approved = _decided([samples.resource()], samples.state())
    assert _decided([resource], state).fingerprint != approved.fingerprint, what


def test_the_json_form_whole() -> None:
    state = samples.state(samples.attempt(tags={}))
    plan = replace(
        _decided([samples.resource(run="other")], state),
        diagnostics=(Diagnostic("Q1", "summary", "detail", address=str(samples.GHZ)),),
    )
    token = samples.token("other")
    assert plan_to_json(plan) == {
        "format_version": 1,
        "project": "study",
        "environment": "dev",
        "summary": "Plan: 1 to add, 0 to change, 1 to destroy.",
        "fingerprint": plan.fingerprint,
        "counts": {
            "import": 0,
            "add": 1,
            "change": 0,
            "destroy": 1,
            "reuse": 0,
            "forget": 0,
            "unknown": 0,
            "already_paid": 0,
        },
        "cost": {
            "currency": "USD",
            "now": "0",
            "expected": None,
            "at_most": None,
            "unknown": 1,
            "currencies": [{"currency": "USD", "least": "0", "expected": "0", "most": "0", "unknown": 0}],
            "price_lists": [],
        },
        "changes": [
            {
                "address": "QuantumTask/ghz",
                "action": "replace",
                "reason": "a new paid run, because shots changed; the old run is cancelled",
                "fields": [{"name": "shots", "class": "execution", "before": 1000, "after": 500}],
                "operations": [
                    {"verb": "cancel", "token": samples.token(), "id": "arn:same-1"},
                    {"verb": "create", "token": token, "id": ""},
                ],
                "run": {"id": "arn:same-1", "status": "QUEUED", "phase": "open"},
            }
        ],
        "diagnostics": [
            {
                "code": "Q1",
                "severity": "error",
                "summary": "summary",
                "detail": "detail",
                "remedy": "",
                "address": "QuantumTask/ghz",
                "location": None,
            }
        ],
    }
