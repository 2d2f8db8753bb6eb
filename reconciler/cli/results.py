"""`qctl results`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from reconciler.cli.exits import Exit
from reconciler.cli.options import address_arguments, json_option, project_options
from reconciler.cli.project import Flags, open_project, require_known
from reconciler.cli.provenance import Keeping, as_text, keep, keeping_options
from reconciler.cli.result_form import document_text, name_of, results_json
from reconciler.cli.results_beside import Wishes, show_beside
from reconciler.cli.terminal import output
from reconciler.cli.writing import write
from reconciler.render.histogram import histogram_text
from reconciler.render.json_form import dumps
from reconciler.render.svg import Panel, histogram_svg
from reconciler.simulate.result import ResultType, TaskResult
from reconciler.workflow.results import Fetched, fetch
from reconciler.workflow.selection import Selection


@click.command("results")
@address_arguments
@project_options
@json_option
@keeping_options
@click.option("--plot", type=click.Path(path_type=Path), metavar="FILE.svg", help="Draw the histograms.")
@click.option("--compare", "beside", is_flag=True, help="Put them beside a simulation on this machine.")
@click.option(
    "--report", type=click.Path(path_type=Path), metavar="FILE.html", help="With --compare: write a page of it."
)
def command(
    flags: Flags,
    selection: Selection,
    as_json: bool,
    keeping: Keeping,
    plot: Path | None,
    beside: bool,
    report: Path | None,
) -> int:
    """Show what runs measured, as counts with bars, a batch job by job; save the files; draw them; say where they are
    from.
    """
    if plot is not None and plot.suffix.lower() != ".svg":
        raise click.UsageError(f"--plot draws an SVG: {plot} must end in .svg.")
    if report is not None and not beside:
        raise click.UsageError("--report is a page of results beside simulations: say --compare too.")
    project = open_project(flags)
    require_known(project, selection)
    chosen = [d for d in project.loaded.resources if selection.holds(d.address)]
    fetched = list(fetch(project.session, chosen))
    documents = keep(project.session, fetched, keeping)
    if keeping.shown:
        output().line(as_text(documents, keeping.form))
        return _code(fetched)
    if beside:
        show_beside(project, chosen, fetched, Wishes(as_json, plot, report))
        return _code(fetched)
    if plot is not None:
        write(plot, histogram_svg(_panels(fetched), title=project.session.context.name).encode())
    if as_json:
        results = results_json([d.address for d in chosen], fetched)
        output().line(dumps({"format_version": 1, "results": results}))
    else:
        _print(fetched)
        if keeping.folder is not None:
            saved = "1 result" if len(documents) == 1 else f"{len(documents)} results"
            output().line(f"Saved {saved}, each with where it is from, in {keeping.folder}.")
    return _code(fetched)


def _print(fetched: Sequence[Fetched]) -> None:
    out = output()
    for item in fetched:
        if item.problem:
            out.line(f"{name_of(item)}: {item.problem}\n")
        elif item.result is not None:
            _print_measured(_title(item, item.result), item.result)
        else:
            shown = document_text(item.document) or "What it gave back is no JSON to be shown; --out saves it as it is."
            out.line(f"{name_of(item)}:\n{shown}\n")


def _print_measured(title: str, result: TaskResult) -> None:
    out = output()
    if result.counts:
        text = histogram_text(title, result.counts, width=out.width, colour=out.colour, unicode=out.unicode)
        out.line(text + "\n")
    else:
        out.line(title)
    for value in result.result_types:
        out.line(f"  {_observed(value)}: {value.value}")


def _observed(value: ResultType) -> str:
    if not value.observable and not value.targets:
        return value.type
    return f"{value.type} {value.observable} {list(value.targets)}"


def _title(item: Fetched, result: TaskResult) -> str:
    return (
        f"{name_of(item)} ({result.shots} runs)" if item.job is not None else f"{name_of(item)}  ({result.shots} shots)"
    )


def _panels(fetched: Sequence[Fetched]) -> list[Panel]:
    return [Panel(name_of(f), f.result.counts) for f in fetched if f.result is not None and f.result.counts]


def _code(fetched: Sequence[Fetched]) -> Exit:
    missing = [f for f in fetched if f.problem]
    if not missing:
        return Exit.DONE
    return Exit.RUNNING if all(f.running for f in missing) else Exit.ERROR
