"""What policies see of a plan, what they say of it, and what a test of a policy comes to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciler.core.address import Address
from reconciler.core.change import Action, Change
from reconciler.core.declared import Path as At
from reconciler.core.diagnostic import Diagnostic, Location, Severity
from reconciler.core.event import Verb
from reconciler.core.money import Price
from reconciler.core.operation import Operation
from reconciler.core.plan import Plan
from reconciler.core.policy import Expected, Level, Policy, PolicyTest, Rule, Scope
from reconciler.core.resource import Resource
from reconciler.policy.judge import findings
from reconciler.policy.reading import Ready, read_policy
from reconciler.policy.starter import STARTERS, starter_text
from reconciler.policy.trial import made_of_nothing, try_policy, wrong_tests
from reconciler.policy.view import EXAMPLE_CHANGE, EXAMPLE_PLAN, View, device_type, plan_view

GARNET = "arn:aws:braket:eu-north-1::device/qpu/iqm/Garnet"


def located(path: At, offset: int = 0, length: int = 1) -> Location:
    return Location(f"policy.yaml:{'.'.join(map(str, path))}", 1, offset + 1, length)


def policy(*rules: Rule, match: str | None = None, tests: tuple[PolicyTest, ...] = ()) -> Ready:
    ready, found = read_policy(Policy("cap", rules, located, match=match, tests=tests))
    assert ready is not None, found
    return ready


def change(name: str, *, shots: int = 100, most: str | None = "1.5", currency: str = "USD", **more: Any) -> Change:
    address = Address("QuantumTask", name)
    resource = Resource(address, ("d",), "p", {"device": GARNET, "shots": shots}, tags={"owner": "ada"})
    create = Operation(Verb.CREATE, address, f"token-{name}", number=1, resource=resource)
    price = None if most is None else Price(Decimal("0.3"), Decimal(most), "", currency)
    return replace(Change(address, Action.CREATE, "new", operations=(create,), price=price), **more)


def kept(name: str) -> Change:
    return Change(Address("QuantumTask", name), Action.NONE, "done")


def view(*changes: Change, diagnostics: tuple[Diagnostic, ...] = ()) -> View:
    return plan_view(Plan("p", "prod", changes, {}, diagnostics), {"QuantumTask": "braket"}, {})


def said(plan: View, *policies: Ready) -> list[tuple[str, str, str]]:
    def place(address: str) -> Location | None:
        return Location("task.yaml", 7, 1) if address else None

    return [(d.code, str(d.where), d.detail) for d in findings(policies, plan, place)]


def test_a_broken_rule_names_what_it_is_about_and_both_places() -> None:
    ready = policy(Rule("change.shots <= 100", "{change.address} takes {change.shots} on {change.device_name}."))
    assert said(view(change("a"), change("b", shots=101)), ready) == [
        (
            "policy/denied",
            "task.yaml:7:1",
            "QuantumTask/b takes 101 on Garnet. Policy cap at policy.yaml:rules.0.assert:1:1 asks for this.",
        )
    ]


def test_a_message_may_be_a_question() -> None:
    ((_, _, detail),) = said(view(change("a")), policy(Rule("false", "Is {change.address} meant?")))
    assert detail.startswith("Is QuantumTask/a meant? Policy cap")


def test_a_rule_about_the_plan_is_asked_once() -> None:
    ready = policy(Rule("plan.pays < 2", "{plan.pays} runs", Level.WARN, Scope.PLAN))
    assert said(view(change("a"), change("b"), kept("c")), ready) == [
        (
            "policy/warned",
            "policy.yaml:rules.0.assert:1:1",
            "2 runs. Policy cap at policy.yaml:rules.0.assert:1:1 asks for this.",
        )
    ]


def test_what_stays_as_it_is_is_not_judged_and_what_pays_nothing_only_if_it_is_matched() -> None:
    address = Address("QuantumTask", "x")
    cancel = Change(address, Action.CANCEL, "gone", operations=(Operation(Verb.CANCEL, address, "t"),))
    never = Rule("false", "no")
    assert said(view(kept("a"), cancel), policy(never)) == []
    assert len(said(view(kept("a"), cancel), policy(never, match="change.action == 'cancel'"))) == 1
    assert len(said(view(kept("a"), cancel), policy(never, match="true"))) == 1


@pytest.mark.parametrize(
    ("assertion", "why"),
    [
        ("change.price.at_most < 10", "Null and a number can't be compared by <"),
        ("change.tags.study == 'x'", 'There is no "study" here. Known are: owner.'),
        ("change.shots", "It came to neither true nor false."),
    ],
)
def test_what_cannot_be_evaluated_does_not_hold(assertion: str, why: str) -> None:
    ((code, _, detail),) = said(view(change("a", most=None)), policy(Rule(assertion, "no")))
    assert (code, why in detail) == ("policy/denied", True)


def test_a_match_that_cannot_be_evaluated_matches() -> None:
    ready = policy(Rule("false", "no"), match="change.tags.study == 'x'")
    assert [code for code, _, _ in said(view(change("a")), ready)] == ["policy/denied"]


def test_a_message_is_one_short_line_whatever_a_tag_holds() -> None:
    wild = "x\n\x1b[31m" + "y" * 500
    plan = view(change("a"))
    plan["changes"][0]["name"] = wild
    ((_, _, detail),) = said(
        plan, policy(Rule("false", "{change.name}|{change.tags}|{change.price.at_most}|{plan.cost}"))
    )
    assert "\n" not in detail
    assert len(detail) < 260
    assert "|1 items|1.50|4 items. Policy" in detail


def test_money_is_exact_by_currency_and_unknown_when_a_price_is() -> None:
    plan = view(change("a", most="0.1"), change("b", most="0.2"))
    assert plan["cost"] == {"at_least": Decimal("0.6"), "at_most": Decimal("0.3"), "currency": "USD", "unknown": 0}
    assert said(plan, policy(Rule("plan.cost.at_most == 0.3", "no", scope=Scope.PLAN))) == []
    plan = view(change("a"), change("b", currency="EUR"), change("c", currency="EUR", most=None))
    assert plan["costs"]["EUR"]["at_most"] == Decimal("1.5")
    assert plan["costs"]["USD"]["unknown"] == 1, "an unknown price is in no other currency than the first"
    assert plan["cost"] == {"at_least": None, "at_most": None, "currency": None, "unknown": 1}


def test_findings_stand_with_their_address_and_with_the_plan() -> None:
    found = Diagnostic("device/offline", "", "It is off.", address="QuantumTask/a", severity=Severity.WARNING)
    plan = view(change("a"), change("b"), diagnostics=(found,))
    entry = {"code": "device/offline", "level": "warning", "detail": "It is off.", "address": "QuantumTask/a"}
    assert [c["findings"] for c in plan["changes"]] == [[entry], []]
    assert plan["findings"] == [entry]


@pytest.mark.parametrize(
    ("cloud", "device", "kind"),
    [
        ("braket", GARNET, "QPU"),
        ("braket", "arn:aws:braket:::device/quantum-simulator/amazon/sv1", "SIMULATOR"),
        ("braket", "local:braket/braket.local.qubit", "SIMULATOR"),
        ("braket", "something", "UNKNOWN"),
        ("pasqal", "FRESNEL", "QPU"),
        ("pasqal", "EMU_FREE", "SIMULATOR"),
        ("pasqal", "cluster", "UNKNOWN"),
        ("pasqal", None, "UNKNOWN"),
    ],
)
def test_the_type_of_a_device_is_never_guessed(cloud: str, device: str | None, kind: str) -> None:
    assert device_type(cloud, device) == kind


def test_the_view_has_what_the_examples_promise() -> None:
    """Tests of policies are made of the examples, and fields are checked against them."""
    plan = view(change("a"))
    assert plan.keys() == EXAMPLE_PLAN.keys()
    assert plan["changes"][0].keys() == EXAMPLE_CHANGE.keys()
    for key, example in EXAMPLE_CHANGE.items():
        value = plan["changes"][0][key]
        assert isinstance(value, type(example)), key
        if isinstance(example, Mapping) and key in ("price", "simulation"):
            assert value.keys() == example.keys()


def test_the_page_names_every_field() -> None:
    page = (Path(__file__).parents[2] / "docs" / "policies.md").read_text("utf-8")
    rows = [line.split("|")[1] for line in page.splitlines() if re.match(r"\| `(change|plan)\.", line)]
    named = {"change": set(), "plan": set()}  # type: dict[str, set[str]]
    for row in rows:
        words = re.findall(r"`([a-z_.]+)`", row)
        named[words[0].partition(".")[0]] |= {word.rpartition(".")[2] for word in words}
    assert named == {"change": set(EXAMPLE_CHANGE), "plan": set(EXAMPLE_PLAN)}


@pytest.mark.parametrize(
    ("rule", "match", "detail", "where"),
    [
        (Rule("change.shotz < 1", "no"), None, '"change" has no "shotz".', "rules.0.assert:1:8"),
        (Rule("change.price.most < 1", "no"), None, '"change.price" has no "most".', "rules.0.assert:1:14"),
        (Rule("plan.pays <", "no", scope=Scope.PLAN), None, "The expression ends too early", "rules.0.assert:1:11"),
        (Rule("change.pays", "no", scope=Scope.PLAN), None, 'There is no name "change"', "rules.0.assert:1:1"),
        (Rule("true", "no {change.adress}"), None, 'There is no "change.adress".', "rules.0.message:1:4"),
        (Rule("true", "no {owner}"), None, "not {owner}.", "rules.0.message:1:4"),
        (Rule("true", "{change.name}", scope=Scope.PLAN), None, "not {change.name}.", "rules.0.message:1:1"),
        (Rule("true", "no"), "chnge.pays", 'There is no name "chnge"', "match:1:1"),
    ],
)
def test_mistakes_are_found_when_a_policy_is_read(rule: Rule, match: str | None, detail: str, where: str) -> None:
    ready, (found,) = read_policy(Policy("cap", (rule,), located, match=match))
    assert ready is None
    assert found.code == "policy/expression"
    assert detail in found.detail
    assert str(found.where) == f"policy.yaml:{where}"


def outcomes(rules: list[Rule], tests: list[PolicyTest], match: str | None = None) -> list[Expected]:
    return [tried.got for tried in try_policy(policy(*rules, match=match, tests=tuple(tests)))]


def test_a_test_comes_to_the_gravest_that_holds() -> None:
    rules = [Rule("change.shots < 10", "no"), Rule("change.shots < 5", "hm", Level.WARN)]
    tests = [PolicyTest("t", Expected.PASS, change={"shots": shots}) for shots in (1, 7, 20)]
    tests.append(PolicyTest("t", Expected.PASS, change={"pays": False}))
    assert outcomes(rules, tests) == [Expected.PASS, Expected.WARN, Expected.DENY, Expected.SKIP]


def test_a_test_that_fails_says_what_the_policy_said() -> None:
    ready = policy(
        Rule("change.shots < 10", "{change.shots} shots"),
        tests=(PolicyTest("few", Expected.PASS, change={"shots": 20}),),
    )
    (found,) = wrong_tests(ready)
    assert found.detail == (
        'Policy cap, test "few": the test expects pass, and the policy comes to deny. It said: deny: 20 shots.'
    )
    assert str(found.where) == "policy.yaml:tests.0.expect:1:1"


@pytest.mark.parametrize(
    ("change_", "plan", "detail"),
    [
        ({"shot": 1}, None, 'no plan has "shot" here.'),
        ({"price": {"most": 1}}, None, 'no plan has "most" here.'),
        ({"shots": "many"}, None, 'the text "many" is never the value of shots.'),
        ({"pays": None}, None, "nothing (null) is never the value of pays."),
        (None, {"costs": 1}, "the number 1 is never the value of costs."),
        (None, {"changes": [{"adress": "x"}]}, 'no plan has "adress" here.'),
        (None, {"changes": ["x"]}, 'a change is a mapping, not the text "x".'),
        (None, None, "the test has neither a change nor a plan."),
    ],
)
def test_a_test_of_what_no_plan_holds_is_a_mistake(change_: Any, plan: Any, detail: str) -> None:
    ready = policy(Rule("true", "no"), tests=(PolicyTest("t", Expected.PASS, change=change_, plan=plan),))
    (found,) = made_of_nothing(ready)
    assert detail in found.detail


def starter(name: str) -> Ready:
    spec = yaml.safe_load(starter_text(name))["spec"]
    rules = [
        Rule(r["assert"], r["message"], Level(r.get("level", "deny")), Scope(r.get("scope", "change")))
        for r in spec["rules"]
    ]
    tests = tuple(PolicyTest(t["name"], Expected(t["expect"]), t.get("change"), t.get("plan")) for t in spec["tests"])
    return policy(*rules, match=spec.get("match"), tests=tests)


@pytest.mark.parametrize("name", STARTERS)
def test_each_policy_to_begin_with_keeps_its_tests_and_needs_each_rule(name: str) -> None:
    ready = starter(name)
    assert list(wrong_tests(ready)) == []
    for at in range(len(ready.policy.rules)):
        rules = [*ready.policy.rules[:at], *ready.policy.rules[at + 1 :]] or [Rule("true", "no")]
        without = policy(*rules, match=ready.policy.match, tests=ready.policy.tests)
        assert list(wrong_tests(without)), f"no test of {name} notices that rule {at} is gone"
