"""`qctl results`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from tempfile import mkstemp
from typing import Any

import click

from reconciler.cli.exits import Exit
from reconciler.cli.options import address_arguments, json_option, project_options
from reconciler.cli.project import Flags, open_project, require_known
from reconciler.cli.terminal import output
from reconciler.core.address import Address
from reconciler.core.digest import sha256
from reconciler.core.phase import Phase
from reconciler.render.histogram import histogram_text
from reconciler.render.json_form import dumps
from reconciler.render.svg import Panel, histogram_svg
from reconciler.simulate.result import TaskResult
from reconciler.workflow.plan import Selection
from reconciler.workflow.results import Fetched, fetch

_UNSAFE = re.compile(r"[^A-Za-z0-9._=+-]")


@click.command("results")
@address_arguments
@project_options
@json_option
@click.option("--out", "folder_out", type=click.Path(path_type=Path), metavar="FOLDER", help="Save the result files.")
@click.option("--plot", type=click.Path(path_type=Path), metavar="FILE.svg", help="Draw the histograms.")
def command(flags: Flags, selection: Selection, as_json: bool, folder_out: Path | None, plot: Path | None) -> int:
    """Show what runs measured, as counts with bars; save the files; draw them."""
    if plot is not None and plot.suffix.lower() != ".svg":
        raise click.UsageError(f"--plot draws an SVG: {plot} must end in .svg.")
    project = open_project(flags)
    require_known(project, selection)
    chosen = [d for d in project.loaded.resources if selection.holds(d.address)]
    fetched = list(fetch(project.session, chosen))
    if folder_out is not None:
        _save(fetched, folder_out)
    if plot is not None:
        _write(plot, histogram_svg(_panels(fetched), title=project.session.context.name).encode())
    _print(fetched, as_json=as_json)
    return _code(fetched)


def _print(fetched: Sequence[Fetched], *, as_json: bool) -> None:
    out = output()
    if as_json:
        out.line(dumps({"format_version": 1, "results": {str(f.address): _to_json(f) for f in fetched}}))
        return
    for item in fetched:
        if item.result is None:
            out.line(f"{item.address}: {item.problem}\n")
            continue
        counts, shots = item.result.counts or {}, item.result.shots
        title = f"{item.address}  ({shots} shots)"
        if counts:
            out.line(histogram_text(title, counts, width=out.width, colour=out.colour, unicode=out.unicode) + "\n")
        else:
            out.line(title)
        for value in item.result.result_types:
            out.line(f"  {value.type} {value.observable} {list(value.targets)}: {value.value}")


def _to_json(item: Fetched) -> dict[str, Any]:
    data: dict[str, Any] = {"problem": item.problem or None}
    if item.attempt is not None:
        data |= {"id": item.attempt.id, "status": item.attempt.status, "output": item.attempt.output}
    if item.result is not None:
        data |= _measured(item.result)
    return data


def _measured(result: TaskResult) -> dict[str, Any]:
    return {
        "shots": result.shots,
        "counts": None if result.counts is None else dict(result.counts),
        "probabilities": dict(result.probabilities),
        "measured_qubits": list(result.measured_qubits),
        "result_types": [
            {"type": v.type, "observable": v.observable, "targets": list(v.targets), "value": v.value}
            for v in result.result_types
        ],
    }


def _panels(fetched: Sequence[Fetched]) -> list[Panel]:
    return [Panel(str(f.address), f.result.counts) for f in fetched if f.result is not None and f.result.counts]


def file_name(address: Address) -> str:
    """A file name for an address; nothing in it can leave the folder, and no two addresses share one."""
    text = str(address)
    plain = _UNSAFE.sub("_", text)
    if plain == text.replace("/", "_", 1):  # only the slash that every address has
        return f"{plain}.json"
    return f"{plain[:150]}-{sha256(text)[:8]}.json"


def _write(path: Path, data: bytes) -> None:
    """Through a new file and a rename: a link that somebody put at `path` is replaced, never written through."""
    descriptor, temporary = mkstemp(dir=path.parent, prefix=".qctl-")
    try:
        with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor, not a path
            file.write(data)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise


def _save(fetched: Sequence[Fetched], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for item in fetched:
        if item.raw:
            _write(folder / file_name(item.address), item.raw)


def _code(fetched: Sequence[Fetched]) -> Exit:
    missing = [f for f in fetched if f.problem]
    if not missing:
        return Exit.DONE
    running = all(f.attempt is not None and f.attempt.phase in (Phase.OPEN, Phase.CLOSING) for f in missing)
    return Exit.RUNNING if running else Exit.ERROR
