"""The plan as a comment: what a reader of Markdown makes of it, whatever the manifests and clouds say."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from reconciler.core.change import Change
from reconciler.core.diagnostic import Diagnostic, Location
from reconciler.core.plan import NO_CHANGES, Plan
from reconciler.render.markdown import code, prose
from reconciler.render.plan_markdown import GITHUB_LIMIT, plan_markdown
from reconciler.render.visible import visible
from tests.render.conftest import Expected
from tests.render.samples import create, every_action, plan, running, standing

ATTACK = (
    "</details></pre></code><script>alert(1)</script> ` `` ``` ~~~ | [x](https://evil.example) ![x](y) <http://e.x>"
    " https://evil.example www.evil.example a@evil.example @everyone #1 **b** _i_ ~~s~~ $x$ &lt; \\ \x1b[31m"
    "\n\n# heading\n\n- item\n\n```\n</pre>"
)


class _Page(HTMLParser):
    """The tags of a page with their counts, those that were never closed, and its text in code and out of it."""

    def __init__(self, markdown: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: list[str] = []
        self.open: list[str] = []
        self.code = self.text = ""
        self.feed(MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(markdown))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [name for name, _ in attrs]
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if {"code", "pre"} & set(self.open):
            self.code += data
        else:
            self.text += data


OURS = {
    "h3",
    "p",
    "strong",
    "code",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "details",
    "summary",
    "pre",
    "ul",
    "li",
}


def _attacked(text: str) -> Plan:
    finding = Diagnostic(text, text, text, text, Location(text, 1, 1), text, excerpt=text)
    change = create("QuantumTask/a", reason=text, warning=text, tags={text: text}, inputs={text: text})
    found = plan(change, standing("QuantumTask/b", running(text), text))
    return replace(found, project=text, environment=text, diagnostics=(finding,))


def test_the_whole_comment(expected: Expected) -> None:
    finding = Diagnostic(
        "task/shots", "Too many shots", "The device takes 5000.", "Ask for less.", Location("q.yaml", 3, 4)
    )
    assert plan_markdown(replace(every_action(), diagnostics=(finding,))) == expected("every_action.md") + "\n"


def test_no_changes_is_short() -> None:
    text = plan_markdown(Plan("p", "default", (), {}))
    assert text == f"### qctl plan: `p`, `default`\n\n**{NO_CHANGES}**\n"


def _harmless(markdown: str) -> _Page:
    page = _Page(markdown)
    assert set(page.tags) <= OURS
    assert page.open == []
    assert set(page.attributes) <= {"style"}  # the alignment of a table's cells
    assert page.tags["h3"] == page.tags["details"] == page.tags["pre"] == page.tags["table"] == 1
    assert "@" not in page.text.replace("@\u200b", "")
    assert "#" not in page.text.replace("#\u200b", "")
    return page


def test_an_attack_is_only_text() -> None:
    markdown = plan_markdown(_attacked(ATTACK))
    page = _harmless(markdown)
    assert "@everyone" not in markdown
    assert "://evil" not in markdown.partition("<pre>")[0]
    assert "www.evil" not in markdown.partition("<pre>")[0]
    assert markdown.count("</details>") == markdown.count("</pre>") == 1
    assert "\x1b" not in markdown
    assert "@everyone #1 **b** _i_" in page.code
    assert page.tags["strong"] == 2  # the summary, and the finding's head


@given(
    st.text(alphabet=st.one_of(st.sampled_from("`|<>&\\@#*_[]()!~\n\r\t :/-w.hA1\x1b"), st.characters()), max_size=60)
)
def test_no_text_means_anything(text: str) -> None:
    _harmless(plan_markdown(_attacked(text or "x")))


@given(st.text(alphabet="`|<>&\\@#*_[]()!~ :/w.hps1'\"", min_size=1, max_size=40))
def test_texts_read_as_they_were(text: str) -> None:
    shown = text.strip() or "x"
    page = _Page(f"x {code(shown)} y")
    assert page.code == visible(shown)
    assert _Page(f"x{prose(shown)}y").text.replace("\u200b", "").strip() == f"x{shown}y"


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("see http://x.example", "see http&#58;//x.example"),
        ("WWW.x.example", "WWW&#46;x.example"),
        ("at 10:00, shots 1_000", "at 10:00, shots 1&#95;000"),
        ("@ada fixes #12", "&#64;&#8203;ada fixes &#35;&#8203;12"),
        ("commit " + "0a" * 20, "commit 0a0a0a0&#8203;" + "a0" * 16 + "a"),
        ("two\nlines", "two&#92;nlines"),
    ],
)
def test_nothing_in_a_sentence_becomes_a_link(text: str, markdown: str) -> None:
    assert prose(text) == markdown


@pytest.mark.parametrize("text", ["QuantumTask/ghz[theta=0.5]", "q.yaml:3:4", "-/+"])
def test_tame_texts_stay_readable(text: str) -> None:
    assert code(text) == f"`{text}`"


def _large(points: int) -> list[Change]:
    return [create(f"QuantumTask/t{i}", tags={"a": "@" * 200}, warning="w" * 500) for i in range(points)]


@pytest.mark.parametrize("budget", [GITHUB_LIMIT, 20_000, 5_000, 1_500])
def test_it_never_exceeds_its_budget(budget: int) -> None:
    text = plan_markdown(plan(*_large(400)), budget=budget)
    assert len(text.encode()) <= budget
    assert "**Plan: 400 to add, 0 to change, 0 to destroy.**" in text
    assert "Cut for length: " in text
    page = _Page(text)
    assert page.open == []
    assert set(page.tags) <= OURS


def test_a_comment_without_room_says_the_summary() -> None:
    assert plan_markdown(plan(*_large(9)), budget=60) == "**Plan: 9 to add, 0 to change, 0 to destroy.**\n"


def test_what_is_cut_is_counted() -> None:
    text = plan_markdown(plan(*_large(400)), budget=20_000)
    rows = sum(line.startswith("| `+` |") for line in text.split("\n"))
    assert f"Cut for length: {400 - rows} more rows." in text
    assert 10 < rows < 400


def test_large_sweeps_are_one_row() -> None:
    text = plan_markdown(plan(*(create(f"QuantumTask/ghz[n={i}]") for i in range(50))))
    assert "| `+` | … and 47 more of QuantumTask/ghz&#91;...&#93; (+) | | |" in text
    assert text.count("| `+` |") == 4
