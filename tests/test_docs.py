"""The pages say what the program does: commands are run, tables compared, links followed."""

from __future__ import annotations

import re
import tomllib
from itertools import chain
from pathlib import Path

import pytest

from reconciler.simulate.sequence_finding import SUMMARIES
from tests.pages import COMMANDS_PAGE, HOUSE, PAGES, PICTURE, commands_page, comparable, picture, rerun

_ALL = sorted([*HOUSE.glob("*.md"), *(HOUSE / "docs").rglob("*.md"), *(HOUSE / "examples").rglob("*.md")])
_AGAIN = "if the change is meant: python -m tests.pages"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_say_what_the_page_says(page: Path) -> None:
    text = page.read_text("utf-8")
    assert comparable(rerun(text)) == comparable(text), _AGAIN


def test_a_page_that_rots_is_noticed() -> None:
    page = "```console\n$ qctl version\nqctl 0.0\n```\n"
    assert comparable(rerun(page)) != comparable(page)


def test_counts_and_uids_are_not_compared_but_states_are() -> None:
    assert comparable("  00    512  0.5120  ###\n") == comparable("  00    489  0.4890  ##\n")
    assert comparable("  00    512  0.5120  ###\n") != comparable("  01    512  0.5120  ###\n")


def test_the_picture() -> None:
    assert picture((HOUSE / "README.md").read_text("utf-8")) == PICTURE.read_text("utf-8"), _AGAIN


def test_the_page_of_commands() -> None:
    assert COMMANDS_PAGE.read_text("utf-8") == commands_page(), _AGAIN


@pytest.mark.parametrize("page", _ALL, ids=lambda page: str(page.relative_to(HOUSE)))
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
    missing = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert missing == []


def test_every_page_can_be_reached_from_the_readme() -> None:
    readme = (HOUSE / "README.md").read_text("utf-8")
    assert [page.name for page in (HOUSE / "docs").glob("*.md") if f"docs/{page.name}" not in readme] == []
    index = (HOUSE / "docs" / "ci" / "README.md").read_text("utf-8")
    assert "docs/ci/README.md" in readme
    assert [p.name for p in (HOUSE / "docs" / "ci").glob("*.md") if p.name != "README.md" and p.name not in index] == []


def test_every_finding_on_a_sequence_is_explained() -> None:
    page = (HOUSE / "docs" / "diagnostics.md").read_text("utf-8")
    assert [code for code in SUMMARIES if f"| `{code}` |" not in page] == []


def test_every_variable_of_the_environment_is_told() -> None:
    page = (HOUSE / "docs" / "exit-codes.md").read_text("utf-8") + (HOUSE / "CONTRIBUTING.md").read_text("utf-8")
    source = "".join(path.read_text("utf-8") for path in (HOUSE / "reconciler").rglob("*.py"))
    variables = set(re.findall(r"[\"\s(](QCTL_[A-Z_]*[A-Z])\b", source))
    assert len(variables) > 8
    assert sorted(name for name in variables if f"`{name}" not in page) == []


def test_every_dependency_has_its_row() -> None:
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text("utf-8"))["project"]
    needed = [*project["dependencies"], *chain.from_iterable(project["optional-dependencies"].values())]
    names = {re.split(r"[\[>=<]", line)[0] for line in needed} - {"qctl"}
    page = (HOUSE / "docs" / "decisions.md").read_text("utf-8").partition("## Identity")[0]
    rows = " ".join(line.split("|")[1] for line in page.splitlines() if line.startswith("| "))
    assert sorted(name for name in names if not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", rows)) == []


def test_make_knows_the_commands_of_the_readme() -> None:
    targets = re.findall(r"^(\w+):.*##", (HOUSE / "Makefile").read_text("utf-8"), re.MULTILINE)
    named = re.findall(r"^make (\w+)", (HOUSE / "README.md").read_text("utf-8"), re.MULTILINE)
    assert named == ["demo", "test"]
    assert set(named) <= set(targets)
