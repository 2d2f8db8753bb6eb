"""Ceilings and budgets: what does not fit is refused in the plan, and again right before each call."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli.exits import Exit
from reconciler.providers.braket.client import BraketClient
from tests.cli.place import PROJECT, Place

BUDGET = PROJECT.replace("spec:\n", "spec:\n  budget: {max: AMOUNT}\n", 1)
QASM = '{openqasm: "OPENQASM 3.0; qubit[2] q; h q[0]; cnot q[0], q[1];"}'
PRICES = Path(__file__).parents[2] / "reconciler" / "providers" / "prices" / "amazon-braket.csv"


def _task(name: str, device: str = "garnet", shots: int = 1000, **more: str) -> str:
    """1000 shots on Garnet: 1.75 USD."""
    head = f"---\napiVersion: qctl/v1alpha1\nkind: QuantumTask\nmetadata: {{name: {name}}}\nspec:\n"
    fields: dict[str, Any] = {"device": device, "shots": shots, "program": QASM, **more}
    return head + "".join(f"  {key}: {value}\n" for key, value in fields.items())


def _declare(place: Place, *tasks: str, budget: str = "") -> None:
    project = BUDGET.replace("AMOUNT", budget) if budget else PROJECT
    (place.root / "qctl.yaml").write_text(project + "".join(tasks), "utf-8")


def _creates(place: Place) -> int:
    return len(place.ok("state", "list", "--json").json["resources"])


CEILINGS = {
    "above": (_task("a", cost="{max: 1.00 USD}"), "cost/over-max", "It costs up to 1.75 USD"),
    "in another currency": (_task("a", cost="{max: 5.00 EUR}"), "cost/other-currency", "its ceiling is in EUR"),
    "of an unknown price": (_task("a", "sim", cost="{max: 5.00 USD}"), "cost/price-unknown", "is not known"),
    "below an assumption": (_task("a", "sim", cost="{max: 0.01 USD, assume: 0.05 USD}"), "cost/over-max", "0.05 USD"),
}


@pytest.mark.parametrize("case", CEILINGS)
def test_a_ceiling_refuses_what_is(place: Place, case: str) -> None:
    task, code, why = CEILINGS[case]
    _declare(place, task)
    for verb in (["plan"], ["apply", "--auto-approve"]):
        ran = place.run(*verb)
        assert ran.code == Exit.REFUSED
        assert f"[{code}]" in ran.err
        assert why in ran.err
        assert "cost: {max:" in ran.err, "the manifest's line"
    assert _creates(place) == 0


@pytest.mark.parametrize(
    "task",
    [
        _task("a", cost="{max: 1.75 USD}"),
        _task("a", "sim", cost="{max: 1.00 USD, assume: 0.05 USD}"),
        _task("a", "sim", cost="{assume: 0.05 USD}"),
    ],
)
def test_a_ceiling_lets_pass_what_fits(place: Place, task: str) -> None:
    _declare(place, task)
    place.ok("apply", "--auto-approve")
    assert _creates(place) == 1


def test_a_ceiling_is_no_part_of_what_is_paid(place: Place) -> None:
    _declare(place, _task("a", cost="{max: 1.75 USD}"))
    place.ok("apply", "--auto-approve")
    _declare(place, _task("a", cost="{max: 0.01 USD}"))
    assert "No changes." in place.ok("plan").out


def test_a_sweep_is_measured_point_by_point(place: Place) -> None:
    _declare(place, _task("a", matrix="{n: [1, 2]}", cost="{max: 1.75 USD}"))
    assert "Cost: 3.50 USD now" in place.ok("plan").out


BUDGETS = {
    "too small": ("3.00 USD", [_task("a"), _task("b")], "budget/exceeded", "0.50 USD too much"),
    "of another currency": ("3.00 EUR", [_task("a")], "budget/other-currency", "the budget is in EUR"),
    "with an unknown price": ("3.00 USD", [_task("a", "sim")], "budget/price-unknown", "is not known"),
}


@pytest.mark.parametrize("case", BUDGETS)
def test_a_budget_refuses(place: Place, case: str) -> None:
    budget, tasks, code, why = BUDGETS[case]
    _declare(place, *tasks, budget=budget)
    for verb in (["plan"], ["apply", "--auto-approve"]):
        ran = place.run(*verb)
        assert ran.code == Exit.REFUSED
        assert f"[{code}]" in ran.err
        assert why in ran.err
    assert _creates(place) == 0


def test_what_was_spent_before_counts(place: Place) -> None:
    _declare(place, _task("a"), budget="3.00 USD")
    plan = place.ok("plan").out
    assert "Budget: 0.00 USD of 3.00 USD spent before, at most 1.75 USD now, 1.25 USD left." in plan
    place.ok("apply", "--auto-approve")
    _declare(place, _task("a"), _task("b"), budget="3.00 USD")
    ran = place.run("plan", "--json")
    assert ran.code == Exit.REFUSED
    told = {"currency": "USD", "max": "3.00", "spent": "1.75000", "planned": "1.75000", "left": "-0.50000"}
    assert ran.json["cost"]["budget"] == [told]
    _declare(place, _task("a"), budget="3.00 USD")
    assert "No changes." in place.ok("plan").out, "a spent budget stops nothing that costs nothing"


def test_each_currency_has_its_amount(place: Place) -> None:
    _declare(place, _task("a"), budget='["3.00 USD", "10 EUR"]')
    assert "10.00 EUR left" in place.ok("plan").out
    _declare(place, _task("a"), budget='["3.00 USD", "10 USD"]')
    assert "each currency is named once" in place.run("plan").err


def test_an_unknown_price_is_taken_for_what_the_budget_assumes(place: Place) -> None:
    _declare(place, _task("a", "sim"), budget="1.00 USD, assume: 0.10 USD")
    out = place.ok("plan").out
    assert "Cost: 0.00375 USD now, at most 0.10 USD." in out
    assert "at most 0.10 USD by the manifest's budget.assume" in out
    place.ok("apply", "--auto-approve")
    _declare(place, _task("a", "sim"), _task("b"), budget="1.80 USD, assume: 0.10 USD")
    assert "[budget/exceeded]" in place.run("plan").err, "0.10 and 1.75 are more than 1.80"


def test_another_environment_has_its_own_purse(place: Place) -> None:
    _declare(place, _task("a"), budget="2.00 USD")
    place.ok("apply", "--auto-approve")
    place.ok("apply", "--auto-approve", "--env", "other")
    assert place.tasks() == 2


def test_what_failed_is_given_back(place: Place) -> None:
    _declare(place, _task("a"), budget="2.00 USD")
    place.ok("apply", "--auto-approve")
    _declare(place, budget="2.00 USD")
    place.ok("apply", "--auto-approve")  # cancels it
    place.ok("local", "advance", "1h")
    _declare(place, _task("b"), budget="2.00 USD")
    assert "Budget: 0.00 USD of 2.00 USD spent before, at most 1.75 USD now" in place.ok("plan").out


def _calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The creates that are really sent."""
    sent: list[str] = []
    once = BraketClient.once

    def counted(client: BraketClient, region: str, operation: str, **request: Any) -> dict[str, Any]:
        if operation == "create_quantum_task":
            sent.append(operation)
        return once(client, region, operation, **request)

    monkeypatch.setattr(BraketClient, "once", counted)
    return sent


def test_apply_asks_again_before_each_call(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan that finds nothing, for whatever reason: the calls that fit are made, and no more."""
    _declare(place, *[_task(name) for name in "abcdef"], budget="6.00 USD")
    monkeypatch.setattr("reconciler.workflow.ceilings._over_budget", lambda *_: iter(()))
    sent = _calls(monkeypatch)
    ran = place.run("apply", "--auto-approve")
    assert ran.code == Exit.REFUSED
    assert len(sent) == 3, "3 times 1.75 fit into 6.00"
    assert len(re.findall(r"was refused: it costs up to 1.75 USD, and 5.25 USD of the budget", ran.err)) == 3
    again = place.run("apply", "--auto-approve")
    assert again.code == Exit.REFUSED
    assert len(sent) == 3


def test_a_resource_is_asked_again_too(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    _declare(place, _task("a", cost="{max: 1.00 USD}"), _task("b"))
    monkeypatch.setattr("reconciler.workflow.ceilings._over_own", lambda *_: iter(()))
    sent = _calls(monkeypatch)
    ran = place.run("apply", "--auto-approve")
    assert (ran.code, len(sent)) == (Exit.REFUSED, 1)
    assert "QuantumTask/a was refused: It costs up to 1.75 USD" in ran.err


def test_a_price_that_changes_after_the_plan_stops_every_paying_call(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    _declare(place, _task("a"))
    sent = _calls(monkeypatch)

    def somebody_edits(*_: object) -> bool:
        (place.root / "prices").mkdir()
        dearer = PRICES.read_text("utf-8").replace('"0.00145"', '"0.145"')
        (place.root / "prices" / "amazon-braket.csv").write_text(dearer, "utf-8")
        return True

    monkeypatch.setattr("reconciler.cli.run.approved", lambda *_a, **_k: somebody_edits())
    ran = place.run("apply")
    assert (ran.code, sent) == (Exit.REFUSED, [])
    assert "the price table AmazonBraket was changed since the plan; plan again" in ran.err


def test_a_refused_call_gives_its_money_back(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cloud refuses the first one for good, so the budget has room for the second."""
    _declare(place, _task("a"), _task("b"), budget="2.00 USD")
    monkeypatch.setattr("reconciler.workflow.ceilings._over_budget", lambda *_: iter(()))
    place.ok("local", "fault", '{"operation": "CreateQuantumTask", "effect": "status", "status": 400}')
    ran = place.run("apply", "--auto-approve", "--parallelism", "1")
    assert "QuantumTask/a was refused" in ran.err
    assert "QuantumTask/b" not in ran.err
    assert ran.code == Exit.ERROR, "a cloud's refusal is no budget's"


def test_a_broken_table_is_told(place: Place) -> None:
    _declare(place, _task("a"))
    (place.root / "prices").mkdir()
    (place.root / "prices" / "amazon-braket.csv").write_text("nonsense", "utf-8")
    ran = place.run("plan")
    assert ran.code == Exit.ERROR
    assert "[prices/invalid]" in ran.err
    assert "prices/amazon-braket.csv: its first five lines name no OfferCode" in ran.err


def test_an_estimate_is_on_record(place: Place) -> None:
    _declare(place, _task("a"))
    place.ok("apply", "--auto-approve")
    (attempt,) = place.ok("state", "show", "QuantumTask/a", "--json").json["attempts"]
    assert attempt["estimate"]["most"] == "1.75000"
    assert attempt["estimate"]["currency"] == "USD"
