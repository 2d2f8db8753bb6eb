"""The plan for people, compared whole."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

import pytest

from reconciler.core.change import Action
from reconciler.core.money import Price
from reconciler.core.phase import Phase
from reconciler.core.plan import NO_CHANGES, Plan
from reconciler.render.measure import columns
from reconciler.render.paint import OURS
from reconciler.render.plan_text import plan_text
from tests.render.conftest import Expected
from tests.render.samples import attempt, create, every_action, plan, recorded, running, standing


def test_every_action_with_its_reason(expected: Expected) -> None:
    assert plan_text(every_action()) == expected("every_action.txt")


def test_colour_changes_no_letter() -> None:
    coloured = plan_text(every_action(), colour=True)
    assert "\x1b[32m+\x1b[0m QuantumTask/new" in coloured
    assert OURS.sub("", coloured) == plan_text(every_action())


def test_a_narrow_terminal_cuts_values_in_the_middle(expected: Expected) -> None:
    text = plan_text(plan(create("QuantumTask/new", inputs={"theta": [0.1, 0.2] * 20})), width=50)
    assert text == expected("narrow.txt")
    values = [line for line in text.split("\n") if " = " in line and "price" not in line]
    assert max(map(columns, values)) <= 50


def test_members_in_another_order_are_the_same_bytes() -> None:
    one = create("QuantumTask/a", inputs={"x": 1, "y": {"b": 1, "a": [{"c": 1, "d": 2}]}}, tags={"p": "1", "q": "2"})
    two = create("QuantumTask/a", inputs={"y": {"a": [{"d": 2, "c": 1}], "b": 1}, "x": 1}, tags={"q": "2", "p": "1"})
    assert plan_text(plan(one)) == plan_text(plan(two))


def test_no_changes() -> None:
    assert plan_text(Plan("p", "default", (), {})) == NO_CHANGES


def test_no_changes_still_says_what_is_paid_running_and_wrong() -> None:
    failed = standing("QuantumTask/a", attempt("FAILED", Phase.FAILED), "attempt 1 ended FAILED: no\nerror: fake")
    lost = recorded("QuantumTask/l", Action.LOST, "gone", warning="It may be hidden.")
    found = plan(failed, lost, *(standing(f"QuantumTask/q{i}", running()) for i in range(3)))
    found = replace(found, changes=(*found.changes, standing("QuantumTask/r", running("RUNNING"))))
    assert plan_text(found) == (
        "Already paid, not run again: 5.\n"
        "In progress: 3 QUEUED, 1 RUNNING.\n"
        "warning: QuantumTask/a: attempt 1 ended FAILED: no\\nerror: fake\n"
        "warning: QuantumTask/l: It may be hidden.\n"
        f"{NO_CHANGES}"
    )


@pytest.mark.parametrize(("points", "shown"), [(20, 20), (21, 3), (50, 3)])
def test_large_sweeps_are_folded(points: int, shown: int) -> None:
    sweep = plan(*(create(f"QuantumTask/ghz[n={i}]") for i in range(points)))
    text = plan_text(sweep)
    assert text.count("will be submitted") == shown
    rest = points - shown
    assert (f"\n\n  … and {rest} more of QuantumTask/ghz[...] (+)\n\nPlan: {points} to add" in text) == (rest > 0)
    assert plan_text(sweep, full=True).count("will be submitted") == points


def test_points_with_another_action_are_not_folded_with_them() -> None:
    sweep = [create(f"QuantumTask/ghz[n={i}]") for i in range(30)]
    text = plan_text(plan(*sweep, recorded("QuantumTask/ghz[n=99]", Action.REUSE, "already paid", managed=True)))
    assert "reuse QuantumTask/ghz[n=99]" in text
    assert "… and 27 more of QuantumTask/ghz[...] (+)" in text


def test_warnings_of_large_sweeps_are_folded_too() -> None:
    failed = (standing(f"QuantumTask/ghz[n={i}]", attempt("FAILED", Phase.FAILED), "ended FAILED") for i in range(25))
    text = plan_text(plan(*failed))
    assert text.count("ended FAILED") == 3
    assert text.endswith(f"\nwarning: … and 22 more of QuantumTask/ghz[...]\n{NO_CHANGES}")


@pytest.mark.parametrize(
    ("price", "text"),
    [
        (None, "unknown"),
        (Price(None, None, "no price list"), "unknown (no price list)"),
        (Price(Decimal("0.3"), Decimal("0.3"), "list"), "0.30 USD (list)"),
        (Price(Decimal("0.3"), Decimal("1.25"), ""), "0.30 USD to 1.25 USD"),
        (Price(Decimal("0.3"), None, ""), "at least 0.30 USD, at most unknown"),
        (Price(None, Decimal("2"), ""), "at most 2.00 USD"),
    ],
)
def test_prices(price: Price | None, text: str) -> None:
    assert f"price         = {text}\n" in plan_text(plan(create("QuantumTask/a", price=price)))


def test_nothing_from_outside_commands_the_terminal() -> None:
    attack = "\x1b[2J\x1b]0;owned\x07\r\n\u202e\x9b31m"
    change = create("QuantumTask/a", tags={attack: attack}, inputs={attack: attack}, reason=attack, warning=attack)
    change = replace(change, price=Price(None, None, attack, "USD"))
    text = plan_text(plan(change, standing("QuantumTask/b", running(attack))))
    assert re.sub("\n", "", text).isprintable()
    assert "reason: \\x1b[2J\\x1b]0;owned\\x07\\r\\n\\u202e\\x9b31m" in text


def test_places_in_queues_are_told_for_a_few() -> None:
    waiting = [standing(f"QuantumTask/q{n:02}", replace(running(), queue=f">{n}")) for n in range(12)]
    lines = plan_text(plan(*waiting)).splitlines()
    assert lines[:3] == [
        "Already paid, not run again: 12.",
        "In progress: 12 QUEUED.",
        "  QuantumTask/q00: place >0 in the queue",
    ]
    assert lines[-2:] == ["  … and 2 more in queues", NO_CHANGES]
