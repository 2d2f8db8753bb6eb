"""`qctl results --compare`: as a table, JSON, a picture and a page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reconciler import __version__
from reconciler.cli.project import Opened
from reconciler.cli.report import write_page
from reconciler.cli.result_form import name_of
from reconciler.cli.terminal import output
from reconciler.cli.writing import write
from reconciler.core.agreement import agreement_to_json
from reconciler.core.declared import Declared
from reconciler.render.agreement_text import agreement_text
from reconciler.render.json_form import dumps
from reconciler.render.svg import Panel, histogram_svg
from reconciler.workflow.comparing import Compared, compare
from reconciler.workflow.results import Fetched


@dataclass(frozen=True, slots=True)
class Wishes:
    """In which forms it is wanted."""

    as_json: bool
    plot: Path | None
    page: Path | None


def show_beside(project: Opened, declared: Sequence[Declared], fetched: Sequence[Fetched], wishes: Wishes) -> None:
    """Show each result beside its simulation. Raises CloudUnavailable."""
    compared = compare(project.session, declared, fetched)
    if wishes.plot is not None:
        write(wishes.plot, histogram_svg(_panels(compared), title=project.session.context.name).encode())
    if wishes.page is not None:
        _page(project, compared, wishes.page)
    if wishes.as_json:
        output().line(dumps({"format_version": 1, "results": [_data(item) for item in compared]}))
    else:
        _print(compared)


def _print(compared: Iterable[Compared]) -> None:
    out = output()
    for item in compared:
        name = name_of(item.fetched)
        if item.found is None:
            out.line(f"{name}: {item.problem}\n")
        else:
            out.line(agreement_text(name, item.found, colour=out.colour) + "\n")


def _data(item: Compared) -> dict[str, Any]:
    named = {"address": str(item.fetched.address)}
    if item.fetched.job is not None:
        named["job"] = item.fetched.job.label or item.fetched.job.id
    return {**named, **(agreement_to_json(item.found) if item.found else {"not_compared": item.problem})}


def _panels(compared: Iterable[Compared]) -> list[Panel]:
    found = ((name_of(c.fetched), c.found) for c in compared if c.found is not None)
    return [Panel(name, each.measured, each.simulated) for name, each in found]


def _page(project: Opened, compared: Iterable[Compared], target: Path) -> None:
    from reconciler.render.results_page import Beside, results_page  # only for a page

    runs = [Beside(name_of(item.fetched), item.found, item.problem) for item in compared]
    session = project.session
    write_page(target, lambda: results_page(session.context.name, runs, version=__version__, made=session.now()))
