"""Single texts inside Markdown, and the hidden line that a comment is found by."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.render.markdown import code, html_code, prose
from reconciler.render.plan_marker import is_marked, plan_marker
from reconciler.render.visible import visible
from tests.render.markdown_page import Page

_SIGNS = "`|<>&\\@#*_[]()!~ :/w.hps1'\"-+=%$^"


@given(st.text(alphabet=_SIGNS, min_size=1, max_size=40))
def test_texts_read_as_they_were(text: str) -> None:
    shown = text.strip() or "x"
    assert Page(f"x {code(shown)} y").code == visible(shown)
    assert Page(f"<summary>{html_code(shown)}</summary>").code == visible(shown)
    assert Page(f"x{prose(shown)}y").text.replace("\u200b", "").strip() == f"x{shown}y"
    assert Page(prose(shown)).text.replace("\u200b", "").strip() == shown


@given(st.text(alphabet=_SIGNS, min_size=1, max_size=40))
def test_a_sentence_is_a_paragraph(text: str) -> None:
    assert set(Page(prose(text)).tags) <= {"p"}


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("see http://x.example", "see http&#58;&#8203;//x.example"),
        ("WWW.x.example", "WWW&#46;&#8203;x.example"),
        ("at 10:00, shots 1_000", "at 10:00, shots 1&#95;000"),
        ("@ada fixes #12", "&#64;&#8203;ada fixes &#35;&#8203;12"),
        ("GH-12 and !3", "GH&#8203;-12 and &#33;&#8203;3"),
        ("good :tada: now", "good &#58;&#8203;tada: now"),
        ("commit deadbeef", "commit deadbe&#8203;ef"),
        ("commit " + "0a" * 20, "commit " + "0a0a0a&#8203;" * 6 + "0a0a"),
        ("two\nlines", "two&#92;nlines"),
        ("- item", "&#45; item"),
        ("1. item", "&#49;. item"),
        ("1.30 USD", "1.30 USD"),
    ],
)
def test_nothing_in_a_sentence_becomes_more(text: str, markdown: str) -> None:
    assert prose(text) == markdown


@pytest.mark.parametrize("text", ["QuantumTask/ghz[theta=0.5]", "q.yaml:3:4", "-/+"])
def test_tame_texts_stay_readable(text: str) -> None:
    assert code(text) == f"`{text}`"


def test_a_marker_says_whose_comment_it_is() -> None:
    assert plan_marker("ghz-study", "default") == '<!-- qctl:plan project="ghz-study" environment="default" -->'
    assert plan_marker("a--b", "x -->") == '<!-- qctl:plan project="hex:612d2d62" environment="hex:78202d2d3e" -->'


@given(st.text(min_size=1, max_size=300), st.text(min_size=1, max_size=300))
def test_no_name_leaves_its_marker(project: str, environment: str) -> None:
    marker = plan_marker(project, environment)
    assert marker.isascii()
    assert marker.isprintable()
    assert marker.count("--") == 2
    assert marker.count(">") == 1
    assert len(marker) < 600
    assert Page(marker).comments == [marker[4:-3]]
    assert (plan_marker(environment, project) == marker) == (project == environment)


def test_a_comment_that_quotes_a_marker_is_another_comment() -> None:
    marker = plan_marker("a", "b")
    assert is_marked(f"{marker}\n\n### qctl plan", marker)
    assert is_marked(f"{marker}\r\n\r\n### qctl plan", marker)  # as GitHub gives comments back
    assert not is_marked(f"> {marker}\n", marker)
    assert not is_marked(f"look:\n{marker}\n", marker)
    assert not is_marked(plan_marker("a", "bc"), marker)
