"""Lasting objects as a project meets them: changed, put back, made again, protected, observed, counted with."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.core.change import Action
from reconciler.core.declared import Declared
from reconciler.core.diagnostic import Diagnostic
from reconciler.store.port import locked
from reconciler.workflow.apply import apply
from reconciler.workflow.plan import make_plan
from reconciler.workflow.selection import Selection
from tests.providers.bench import ACCOUNT, FORTE, GARNET, SV1, error
from tests.providers.samples import declare
from tests.workflow.bench import Project, edges, task

RUN = task("run")  # 100 shots on Garnet: 0.30 + 100 * 0.00145 = 0.445 USD


def limit(name: str = "cap", **spec: Any) -> Declared:
    return declare(f"SpendingLimit/{name}", {"device": GARNET, "amount": "10"} | spec)


def by_hand(project: Project, operation: str, **asked: Any) -> dict[str, Any]:
    """What somebody else does at the console."""
    return project.bench.client.once("eu-north-1", operation, **asked)


def limits(project: Project) -> list[dict[str, Any]]:
    return list(by_hand(project, "search_spending_limits")["spendingLimits"])


def amounts(project: Project) -> list[tuple[str, str]]:
    return [(found["deviceArn"], found["spendingLimit"]) for found in limits(project)]


def codes(found: tuple[Diagnostic, ...]) -> list[str]:
    return [d.code for d in found]


def test_there_and_back_again_are_two_real_updates(project: Project) -> None:
    """The service ignores a token that it knows: one made of the amount alone would leave B in place."""
    for amount in ("10", "20", "10", "20"):
        project.apply(limit(amount=amount))
        assert amounts(project) == [(GARNET, amount)]
        assert project.plan(limit(amount=amount)).plan.empty
    tokens = [body["clientToken"] for body in project.bench.wire.bodies("UpdateSpendingLimit")]
    assert (len(tokens), len(set(tokens))) == (3, 3)
    assert project.bench.wire.count("CreateSpendingLimit") == 1


def test_a_period_is_the_same_on_the_wire_and_in_the_manifest(project: Project) -> None:
    """The wire has seconds since 1970, the manifest any zone: neither may make the plan differ for ever."""
    period = {"start": "2026-01-01T01:00:00+01:00", "end": "2026-12-31T23:59:59.5Z"}
    project.apply(limit(period=period))
    assert project.plan(limit(period=period)).plan.empty
    project.apply(limit(period={**period, "end": "2027-01-31T00:00:00Z"}))
    (found,) = limits(project)
    assert {name: float(value) for name, value in found["timePeriod"].items()} == {
        "startAt": 1_767_225_600.0,
        "endAt": 1_801_353_600.0,
    }
    assert project.plan(limit(period={**period, "end": "2027-01-31T00:00:00Z"})).plan.empty


def test_the_same_amount_in_other_words_is_no_change(project: Project) -> None:
    project.apply(limit(amount=10))
    for amount in ("10.00", "10.0 USD", 10.0):
        assert project.plan(limit(amount=amount)).plan.empty


def test_what_was_changed_by_hand_is_put_back(project: Project) -> None:
    project.apply(limit())
    arn = limits(project)[0]["spendingLimitArn"]
    by_hand(project, "update_spending_limit", spendingLimitArn=arn, clientToken="hand", spendingLimit="9000")
    project.apply(limit())
    assert amounts(project) == [(GARNET, "10")]


def test_what_was_deleted_by_hand_is_made_again(project: Project) -> None:
    project.apply(limit())
    project.bench.world.advance(600)
    by_hand(project, "delete_spending_limit", spendingLimitArn=limits(project)[0]["spendingLimitArn"])
    project.apply(limit())
    assert amounts(project) == [(GARNET, "10")]
    assert project.plan(limit()).plan.empty


def test_another_device_is_another_limit(project: Project) -> None:
    project.apply(limit())
    project.apply(limit(device=FORTE))
    assert amounts(project) == []
    assert project.bench.client.once("us-east-1", "search_spending_limits")["spendingLimits"][0]["deviceArn"] == FORTE
    assert project.plan(limit(device=FORTE)).plan.empty


def test_replace_makes_it_anew(project: Project) -> None:
    """The limit that goes is no other limit in the way of the one that comes."""
    project.apply(limit())
    before = limits(project)[0]["spendingLimitArn"]
    applied = project.apply(limit(), selection=Selection(forced=frozenset({limit().address})))
    assert (applied.refused, len(limits(project))) == ({}, 1)
    assert limits(project)[0]["spendingLimitArn"] != before


@pytest.mark.parametrize("after", [(), (limit(device=FORTE, protect=True),)], ids=["gone", "other device"])
def test_protected(project: Project, after: tuple[Declared, ...]) -> None:
    project.apply(limit(protect=True))
    planned = project.plan(*after)
    assert (codes(planned.plan.diagnostics), planned.plan.applicable) == (["plan/protected"], False)
    assert planned.plan.operations() == []
    project.apply(limit(protect=False))
    assert project.apply().cancelled == [limit().address]
    assert amounts(project) == []


def test_what_leaves_the_manifest_is_deleted_or_left(project: Project) -> None:
    other = limit("other", device=FORTE, onRemove="orphan")
    project.apply(limit(), other)
    project.apply()
    assert amounts(project) == []
    assert len(project.bench.client.once("us-east-1", "search_spending_limits")["spendingLimits"]) == 1


OBSERVED = limit(management="observe")


def test_observing_changes_nothing(project: Project) -> None:
    """Not when it begins, not while somebody changes the limit, and not when it ends."""
    made = by_hand(
        project, "create_spending_limit", deviceArn=GARNET, spendingLimit="7", clientToken="theirs", tags={"a": "b"}
    )
    planned = project.plan(OBSERVED)
    assert [(c.action, c.attempt and c.attempt.id) for c in planned.plan.changes] == [
        (Action.ADOPT, made["spendingLimitArn"])
    ]
    before = limits(project)
    project.apply(OBSERVED)
    assert project.plan(OBSERVED).plan.empty
    assert project.state.records["SpendingLimit/cap"].removal == "orphan"
    project.apply()
    assert limits(project) == before
    assert project.bench.wire.count("CreateSpendingLimit") == 1


def test_observing_follows_whoever_makes_a_new_one(project: Project) -> None:
    first = by_hand(project, "create_spending_limit", deviceArn=GARNET, spendingLimit="7", clientToken="1")
    project.apply(OBSERVED)
    project.bench.world.advance(600)
    by_hand(project, "delete_spending_limit", spendingLimitArn=first["spendingLimitArn"])
    second = by_hand(project, "create_spending_limit", deviceArn=GARNET, spendingLimit="8", clientToken="2")
    project.apply(OBSERVED)
    assert [a.id for a in project.state.records["SpendingLimit/cap"].attempts if a.open] == [second["spendingLimitArn"]]
    assert project.plan(OBSERVED).plan.empty


def test_observing_warns_where_there_is_none(project: Project) -> None:
    planned = project.plan(OBSERVED)
    assert planned.plan.empty
    assert [c.warning for c in planned.plan.changes] == [
        "It is declared with management: observe, and the cloud has none: nothing is made."
    ]


def test_from_observing_to_managing(project: Project) -> None:
    by_hand(
        project, "create_spending_limit", deviceArn=GARNET, spendingLimit="7", clientToken="theirs", tags={"a": "b"}
    )
    project.apply(OBSERVED)
    project.apply(limit())
    (found,) = limits(project)
    assert (found["spendingLimit"], found["tags"]["a"], found["tags"]["qctl:address"]) == (
        "10",
        "b",
        "SpendingLimit/cap",
    )
    assert project.plan(limit()).plan.empty


def test_a_second_limit_for_a_device_is_refused_before_anything_is_done(project: Project) -> None:
    by_hand(project, "create_spending_limit", deviceArn=GARNET, spendingLimit="7", clientToken="theirs")
    found = project.plan(limit()).plan.diagnostics
    assert codes(found) == ["limit/exists"]
    assert found[0].where is not None
    assert found[0].where.file == "device"


def test_two_declared_limits_for_a_device_are_refused(project: Project) -> None:
    found = project.plan(limit("a"), limit("b")).plan.diagnostics
    assert [(d.code, d.address) for d in found] == [("limit/exists", "SpendingLimit/b")]


def test_what_the_limit_has_no_room_for_is_refused(project: Project) -> None:
    """The remainder counts: the amount, without what was spent and what waits."""
    project.apply(limit(amount="1"), task("first"))
    project.bench.world.advance(60)  # 0.445 USD are spent
    project.apply(limit(amount="1"), task("first"), task("second"))  # and 0.445 wait
    found = project.plan(limit(amount="1"), task("first"), task("second"), task("third")).plan.diagnostics
    assert codes(found) == ["limit/exceeded"]
    assert "costs 0.445 USD, and its spending limit has 0.11 USD left (of 1.00 USD; 0.445 spent, 0.445 waiting)" in (
        found[0].detail
    )
    assert (
        codes(project.plan(limit(amount="1"), task("first"), task("second"), task("x", device=SV1)).plan.diagnostics)
        == []
    )


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (None, "0.5", []),
        (None, "0.4", ["limit/exceeded"]),
        ("0.1", "0.5", []),
        ("5", "0.4", ["limit/exceeded"]),
    ],
)
def test_a_limit_counts_as_the_same_plan_leaves_it(
    project: Project, before: str | None, after: str, expected: list[str]
) -> None:
    if before:
        project.apply(limit(amount=before))
    planned = project.plan(limit(amount=after), RUN)
    assert codes(planned.plan.diagnostics) == expected
    if not expected:
        assert [op.address.kind for op in planned.plan.operations()] == ["SpendingLimit", "QuantumTask"]


def test_the_limit_comes_first_and_its_refusal_keeps_the_run_back(project: Project) -> None:
    project.bench.wire.answer("CreateSpendingLimit", error(400, "ValidationException", "no limits today"))
    applied = project.apply(limit(), RUN, parallelism=8)
    assert applied.refused == {limit().address: "ValidationException (400): no limits today"}
    assert applied.skipped == {RUN.address: "it waits for SpendingLimit/cap"}
    assert project.tasks() == 0


def test_a_limit_that_waits_for_a_run_does_not_come_before_it(project: Project) -> None:
    """Its tags may name the run: then there is no other order."""
    waiting = declare(
        "SpendingLimit/cap",
        {"device": GARNET, "amount": "10", "tags": {"first": "${{ QuantumTask/run.digest }}"}},
        frozenset({RUN.address}),
    )
    applied = project.apply(waiting, RUN)
    assert applied.submitted == [RUN.address, waiting.address]


@pytest.mark.parametrize(
    "period", [["2027-01-01T00:00:00Z", "2027-02-01T00:00:00Z"], ["2025-01-01T00:00:00Z", "2025-02-01T00:00:00Z"]]
)
def test_outside_of_its_time_a_limit_has_no_room(project: Project, period: list[str]) -> None:
    bounded = limit(period=dict(zip(("start", "end"), period, strict=True)))
    assert codes(project.plan(bounded, RUN).plan.diagnostics) == ["limit/exceeded"]
    project.apply(bounded)
    assert codes(project.plan(bounded, RUN).plan.diagnostics) == ["limit/exceeded"]


def test_a_limit_that_cannot_be_read_has_no_room(project: Project) -> None:
    project.plan(RUN)  # searches all regions
    project.remember()
    project.apply(task("other", device=SV1))
    project.bench.wire.answer("SearchSpendingLimits", error(403, "AccessDeniedException"))
    planned = project.plan(RUN, task("other", device=SV1))
    assert codes(planned.plan.diagnostics) == ["limit/unreadable"]
    assert "AccessDeniedException" in planned.plan.diagnostics[0].detail


@pytest.mark.parametrize("total", ["NaN", "Infinity", "many", "1e999999"])
def test_a_limit_in_no_numbers_has_no_room(project: Project, monkeypatch: pytest.MonkeyPatch, total: str) -> None:
    project.apply(limit())
    found = [{**one, "totalSpend": total} for one in limits(project)]
    monkeypatch.setattr("reconciler.providers.braket.budget.limits", lambda *_: found)
    assert codes(project.plan(limit(), RUN).plan.diagnostics) == ["limit/unreadable"]


def test_an_unknown_price_is_no_small_price(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.providers.braket.prices.BraketPrices.task", lambda *_: None)
    assert codes(project.plan(RUN).plan.diagnostics) == []  # nothing bounds it
    assert codes(project.plan(limit(), RUN).plan.diagnostics) == ["limit/price-unknown"]


def test_a_limit_set_after_the_plan_is_asked_before_the_call(project: Project) -> None:
    session = project.session
    with locked(session.store, session.lock_info("apply")):
        planned = make_plan(session, [RUN], edges([RUN]))
        by_hand(project, "create_spending_limit", deviceArn=GARNET, spendingLimit="0.1", clientToken="theirs")
        applied = apply(session, planned, project.told.append, project.stop)
    assert applied.refused[RUN.address] == (
        f"it costs up to 0.445 USD, and the spending limit of {GARNET} has 0.10 USD left."
    )
    assert applied.too_dear == {RUN.address}
    assert project.bench.wire.count("CreateQuantumTask") == 0


def test_what_the_service_says_of_the_limit_is_shown(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody sets a limit after the last question: the service refuses, and its own words arrive."""
    monkeypatch.setattr("reconciler.providers.braket.cloud.BraketCloud.room", lambda *_: None)
    session = project.session
    with locked(session.store, session.lock_info("apply")):
        planned = make_plan(session, [RUN], edges([RUN]))
        by_hand(project, "create_spending_limit", deviceArn=GARNET, spendingLimit="0.1", clientToken="theirs")
        applied = apply(session, planned, project.told.append, project.stop)
    assert applied.refused[RUN.address].startswith(
        "ValidationException (400): Attempted to spend over the spending limit or outside the spending limit time "
        "window. Spending limit: 0.1, current spend: 0, estimated cost: 0.4450000000"
    )
    assert project.tasks() == 0


def test_a_lost_state_finds_the_limit_and_its_amount(project: Project) -> None:
    project.apply(limit(amount="10"))
    for file in project.folder.glob("*"):
        if file.is_file():
            file.unlink()
    project.apply(limit(amount="20"))
    assert amounts(project) == [(GARNET, "20")]
    assert project.plan(limit(amount="20")).plan.empty
    assert project.bench.wire.count("CreateSpendingLimit") == 1


def test_a_limit_is_neither_paid_nor_in_progress(project: Project) -> None:
    project.apply(limit(), RUN)
    assert project.plan(limit(), RUN).plan.already_paid == 1
    assert not project.attempts("run")[0].settings
    assert not project.state.records["SpendingLimit/cap"].attempts[0].busy
    assert project.state.records["SpendingLimit/cap"].attempts[0].place.account == ACCOUNT
