"""A comment as a reader sees it: read by a parser of GitHub's Markdown, its tags counted, its texts collected."""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser

from markdown_it import MarkdownIt

OURS = frozenset(["h3", "h4", "p", "strong", "code", "details", "summary", "pre", "ul", "li"])


def html_of(markdown: str) -> str:
    """As GitHub reads it: tables, strikethrough, and links wherever a text looks like one."""
    html: str = MarkdownIt("gfm-like").render(markdown)
    return html


class Page(HTMLParser):
    """The tags of a page with their counts, those that were never closed, and its text in code and out of it."""

    def __init__(self, markdown: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: list[str] = []
        self.comments: list[str] = []
        self.open: list[str] = []
        self.code = self.text = ""
        self.feed(html_of(markdown))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [name for name, _ in attrs]
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    def handle_data(self, data: str) -> None:
        if {"code", "pre"} & set(self.open):
            self.code += data
        else:
            self.text += data


def sound(markdown: str) -> Page:
    """The page, if it is whole and made of nothing but what we write."""
    page = Page(markdown)
    assert set(page.tags) <= OURS, set(page.tags) - OURS
    assert page.open == []
    assert page.attributes == []
    assert page.tags["details"] == page.tags["summary"] == page.tags["pre"]
    return page
