"""`qctl import`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import click

from reconciler.cli.clouds import Problem
from reconciler.cli.exits import Exit
from reconciler.cli.importing import take_over
from reconciler.cli.options import addresses, project_options
from reconciler.cli.project import Flags, Opened, open_project
from reconciler.cli.terminal import output
from reconciler.cli.used import used_clouds
from reconciler.cli.writing import create
from reconciler.core.diagnostic import Diagnostic, Location
from reconciler.core.importing import Import
from reconciler.render.import_text import Document, manifest_text
from reconciler.workflow.generate import Generated, Written, generate
from reconciler.workflow.orphans import orphans

_DEFAULT = Path("imported.yaml")


@click.command("import")
@click.argument("what", nargs=-1, metavar="ADDRESS ID | --generate [ID]...")
@project_options
@click.option(
    "--accept",
    "accepted",
    multiple=True,
    type=click.Choice(["program", "experimentalCapabilities"]),
    help="Take your word for what the cloud can't tell of the run. Repeatable.",
)
@click.option("--auto-approve", is_flag=True, help="Do not ask.")
@click.option(
    "--generate", "generating", is_flag=True, help="Write manifests for existing runs, to be imported by them."
)
@click.option("--all", "everything", is_flag=True, help="With --generate: all runs that `qctl orphans --all` lists.")
@click.option("--out", type=click.Path(path_type=Path), help="With --generate: the manifest; imported.yaml without it.")
def command(
    what: tuple[str, ...],
    flags: Flags,
    accepted: tuple[str, ...],
    auto_approve: bool,
    generating: bool,
    everything: bool,
    out: Path | None,
) -> int:
    """Take over an existing run as that of a declared ADDRESS, or write manifests for existing runs.

    Nothing is submitted, cancelled or paid either way.
    """
    if generating:
        if bool(what) == everything:
            raise click.UsageError("Say which: --generate ID..., or --generate --all.")
        return _generate(open_project(flags), what, out or _DEFAULT)
    if len(what) != 2 or everything or out is not None:
        raise click.UsageError("Say an address and an id, or --generate.")
    (address,) = addresses(what[:1])
    project = open_project(flags)
    declared = next((d for d in project.loaded.resources if d.address == address), None)
    if declared is None:
        detail = f"{address} is not declared, so nothing says what it should be."
        remedy = f"Write its manifest first; qctl import --generate '{what[1]}' does that for you."
        raise Problem(Diagnostic("import/undeclared", "Address not declared", detail, remedy, address=str(address)))
    wish = Import(what[1], frozenset(accepted))
    return take_over(project, replace(declared, imports=wish), auto_approve=auto_approve)


def _generate(project: Opened, ids: tuple[str, ...], out: Path) -> int:
    session, declared = project.session, project.loaded.resources
    state = session.store.read().state
    if not ids:
        found = orphans(session, state, declared, used_clouds(project))
        # What carries our marks is found by its own address; a manifest for it would name another.
        ids = tuple(run.attempt.id for run in found.runs if not run.address)
        for name, why in found.unavailable.items():
            output().error(f"note: not all of {name} could be looked through: {why}")
    made = generate(session, ids, state, [d.address for d in declared])
    if made.documents:
        _write(project, out, made)
    for run_id, why in made.refused.items():
        output().error(f"note: nothing is written for {run_id}: {why}")
    _tell(made, out)
    return Exit.DONE if made.documents or not ids else Exit.ERROR


def _write(project: Opened, out: Path, made: Generated) -> None:
    """All files, or none if one of them is there already."""
    files = {out: manifest_text([_document(written) for written in made.documents])}
    files |= {Path(name): text for written in made.documents for name, text in written.files.items()}
    there = [project.root / path for path in files if (project.root / path).exists()]
    if there:
        detail = f"{there[0]} is there already, and nothing that exists is written over. Nothing was written."
        remedy = "Move it away, or name another file with --out."
        raise Problem(Diagnostic("import/exists", "File exists already", detail, remedy, Location(str(there[0]))))
    _create({project.root / path: text for path, text in files.items()})


def _create(files: Mapping[Path, str]) -> None:
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        create(path, text)  # never over what came there meanwhile


def _document(made: Written) -> Document:
    return Document(made.kind, made.name, made.id, made.spec, made.tags, made.trusted, made.remarks)


def _tell(made: Generated, out: Path) -> None:
    count = len(made.documents)
    if not count:
        output().line("Nothing was written.")
        return
    output().line(f"Wrote {out}: {count} {'document' if count == 1 else 'documents'}. Next: read it, then qctl plan.")
    waiting = sum(bool(document.trusted) for document in made.documents)
    if waiting:
        output().line(f"{waiting} of them wait for their program and for your word that it is the right one.")
