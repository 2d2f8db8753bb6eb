"""The plan as a comment: what a reader of Markdown makes of it, whatever the manifests and clouds say."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core.change import Change
from reconciler.core.diagnostic import Diagnostic, Location, Severity
from reconciler.core.money import Money
from reconciler.core.plan import NO_CHANGES, Plan
from reconciler.core.spending import Room
from reconciler.render.device_line import device_line
from reconciler.render.plan_markdown import GITHUB_LIMIT, plan_markdown
from reconciler.render.plan_marker import plan_marker
from reconciler.render.plan_text import plan_text
from tests.render.conftest import Expected
from tests.render.markdown_page import Page, sound
from tests.render.pull_request_tools import Result, Stats, atlantis, tfcmt
from tests.render.samples import SV1, create, every_action, plan, running, standing

ATTACK = (
    "</details></pre></code></summary>--><script>alert(1)</script> ` `` ``` ~~~ | [x](https://evil.example) ![x](y)"
    " <http://e.x> https://evil.example www.evil.example a@evil.example @everyone #1 GH-1 !2 %3 :tada: **b** _i_ ~~s~~"
    " $x$ &lt; \\ \x1b[31m \u202egnp.exe\u202c deadbee\n\n# heading\n\n- item\n\n```\n</pre>"
)
BUDGETS = [GITHUB_LIMIT, 20_000, 5_000, 1_500, 500, 300]


def attacked(text: str) -> Plan:
    finding = Diagnostic(text, text, text, text, Location(text, 1, 1), text, excerpt=text)
    change = create("QuantumTask/a", reason=text, warning=text, tags={text: text}, inputs={text: text})
    found = plan(change, standing("QuantumTask/b", running(text), text))
    return replace(found, project=text, environment=text, diagnostics=(finding,), notes=(text,))


def attacked_comment(text: str, budget: int = GITHUB_LIMIT) -> str:
    told = device_line({"name": text, "status": text, "queues": text, "as of": text}, str)
    return plan_markdown(attacked(text), {SV1: told}, budget=budget)


def test_the_whole_comment(expected: Expected) -> None:
    finding = Diagnostic(
        "task/shots", "Too many shots", "The device takes 5000.", "Ask for less.", Location("q.yaml", 3, 4)
    )
    room = Room(Money(Decimal(25)), Decimal("2.50"), Decimal("3.90"))
    told = {SV1: "SV1 is ONLINE, 0 tasks in its queue, as of 2026-01-15T12:00:00Z"}
    shown = replace(every_action(), diagnostics=(finding,), budget=(room,))
    assert plan_markdown(shown, told) == expected("every_action.md") + "\n"


def test_no_changes_is_short() -> None:
    head = f"{plan_marker('p', 'default')}\n\n### qctl plan: `p`, `default`\n\n"
    assert plan_markdown(Plan("p", "default", (), {})) == (
        f"{head}**Nothing is paid, and nothing is cancelled.**\n\n{NO_CHANGES}\n"
    )


def test_the_money_comes_first() -> None:
    lines = [line for line in plan_markdown(every_action()).split("\n") if line]
    assert lines[2] == "**3 submissions cost 0.90 USD now and at most 3.90 USD, and 2 runs are cancelled.**"
    assert lines[3].startswith("Plan: ")
    assert lines[4] == "Cost: 0.90 USD now, at most 3.90 USD."


def test_an_unknown_price_is_not_zero() -> None:
    text = plan_markdown(plan(create("QuantumTask/a"), create("QuantumTask/b", price=None)))
    sentence = "2 submissions cost at least 0.30 USD and at most nobody knows how much (1 price is unknown)"
    assert f"**{sentence}, and nothing is cancelled.**" in text


def test_what_can_not_be_applied_says_so_at_once() -> None:
    refused = replace(every_action(), diagnostics=(Diagnostic("policy/denied", "Refused", "No."),))
    assert "**It can't be applied: a rule refuses it.**" in plan_markdown(refused)
    wrong = replace(every_action(), diagnostics=(Diagnostic("task/shots", "Wrong", "No."),))
    assert "**It can't be applied: 1 error is in the way.**" in plan_markdown(wrong)


def _harmless(markdown: str) -> Page:
    page = sound(markdown)
    assert page.tags["h3"] == page.tags["details"] == 1
    assert len(page.comments) == 1
    for sign in "@#":
        assert sign not in page.text.replace(f"{sign}\u200b", "")
    return page


def test_an_attack_is_only_text(expected: Expected) -> None:
    markdown = attacked_comment(ATTACK)
    page = _harmless(markdown)
    assert markdown == expected("attack.md") + "\n"
    for trap in ("@everyone", "://evil", "www.evil", "\x1b", "\u202e", "<script", "<http", ":tada:", "GH-1"):
        assert trap not in markdown.partition("<pre>")[0]
    assert markdown.count("</details>") == markdown.count("</pre>") == markdown.count("-->") == 1
    assert "@everyone #1" in page.code


@given(
    st.text(
        alphabet=st.one_of(st.sampled_from("`|<>&\\@#*_[]()!~:-\n\r\t /-w.hA1ad\x1b\u202e"), st.characters()),
        max_size=60,
    ),
    st.sampled_from(BUDGETS),
)
def test_no_text_means_anything_at_any_length(text: str, budget: int) -> None:
    _harmless(attacked_comment(text or "x"))
    cut = attacked_comment(text or "x", budget)
    assert len(cut.encode()) <= budget
    sound(cut)


def _singles(number: int) -> list[Change]:
    return [create(f"QuantumTask/t{i}", tags={"a": "@" * 200}, warning="w" * 500) for i in range(number)]


def _sweep(name: str, points: int) -> list[Change]:
    return [create(f"QuantumTask/{name}[n={i}]") for i in range(points)]


@pytest.mark.parametrize("budget", BUDGETS)
@pytest.mark.parametrize("number", [1, 100, 10_000])
def test_it_never_exceeds_its_budget(number: int, budget: int) -> None:
    for changes in (_singles(number), _sweep("ghz", number)):
        text = plan_markdown(plan(*changes), budget=budget)
        assert len(text.encode()) <= budget
        assert f"\n\nPlan: {number} to add, 0 to change, 0 to destroy.\n" in text
        assert f"**{number:,} submission" in text
        sound(text)


def test_every_length_is_whole() -> None:
    shown = replace(every_action(), diagnostics=(Diagnostic("a/b", "S", "D."),) * 3)
    whole = len(plan_markdown(shown).encode())
    for budget in range(300, whole + 50, 97):
        text = plan_markdown(shown, budget=budget)
        assert len(text.encode()) <= budget
        sound(text)


def test_the_largest_sweep_is_folded_first() -> None:
    changes = [*_sweep("large", 18), *_sweep("small", 9), create("QuantumTask/one")]
    whole = plan_markdown(plan(*changes))
    assert "more of them" not in whole
    cut = plan_markdown(plan(*changes), budget=len(whole.encode()) - 1)
    assert "… and 15 more of them" in cut
    assert cut.count("n=8]\n") == whole.count("n=8]\n") - 1  # the small sweep is whole
    assert "  + QuantumTask/one\n" in cut


def test_what_is_left_out_is_counted() -> None:
    text = plan_markdown(plan(*_singles(400)), budget=20_000)
    shown = sum(line.startswith("- `+` ") for line in text.split("\n"))
    assert f"{400 - shown} more changes are not shown here, for length; they are in the totals." in text
    assert 10 < shown < 400


def test_errors_stay_when_findings_are_too_many() -> None:
    warned = [Diagnostic("a/b", "S", f"w{i}", severity=Severity.WARNING) for i in range(99)]
    shown = replace(plan(), diagnostics=(*warned, Diagnostic("c/d", "Wrong", "Bad.")))
    text = plan_markdown(shown, budget=1_500)
    assert "error: Wrong" in text
    assert "are not shown here, for length: see `qctl plan`." in text


@pytest.mark.parametrize("text_of", [plan_text, plan_markdown])
def test_tools_of_pull_requests_read_it(text_of) -> None:  # type: ignore[no-untyped-def]
    changes = text_of(every_action())
    assert atlantis(changes) == Stats(1, 3, 1, 2)
    assert tfcmt(changes) == Result(every_action().summary, destroys=True, nothing=False)
    added = text_of(plan(create("QuantumTask/a")))
    assert atlantis(added) == Stats(0, 1, 0, 0)
    assert tfcmt(added) == Result("Plan: 1 to add, 0 to change, 0 to destroy.", destroys=False, nothing=False)
    nothing = text_of(plan(standing("QuantumTask/a")))
    assert atlantis(nothing) is None
    assert tfcmt(nothing) == Result(NO_CHANGES, destroys=False, nothing=True)


def test_a_large_sweep_is_one_block() -> None:
    text = plan_markdown(plan(*_sweep("ghz", 50)))
    assert text.count("<details>") == 1
    assert "<code>QuantumTask/ghz[...]</code> (50) will be submitted: 15.00 USD now, at most 65.00 USD" in text
    assert "  … and 47 more of them\n" in text
