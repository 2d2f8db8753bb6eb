"""Where results are from: printed, and stored beside each of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, Final

import click

from reconciler.cli.result_files import save
from reconciler.cli.writing import write
from reconciler.core.history import LogEntry
from reconciler.core.provenance import Result, Tools, provenance
from reconciler.render.json_form import dumps
from reconciler.render.jsonld import jsonld
from reconciler.workflow.checkout import libraries
from reconciler.workflow.results import Fetched
from reconciler.workflow.session import Session

FORMATS: Final = ("json", "jsonld")
Documents = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Keeping:
    """Where results are saved, if they are, and whether it is `shown` where they are from."""

    folder: Path | None
    shown: bool
    form: str


def keeping_options(command: Callable[..., int]) -> Callable[..., int]:
    """The command gets `keeping`."""

    @wraps(command)
    def gathered(folder_out: Path | None, shown: bool, form: str, **rest: Any) -> int:
        return command(keeping=Keeping(folder_out, shown, form), **rest)

    told = "Of provenance: plain JSON, or JSON-LD in the terms of W3C PROV."
    for option in (
        click.option("--format", "form", type=click.Choice(FORMATS), default="json", show_default=True, help=told),
        click.option("--provenance", "shown", is_flag=True, help="Print where the results are from instead."),
        click.option(
            "--out",
            "folder_out",
            type=click.Path(path_type=Path),
            metavar="FOLDER",
            help="Save the result files, each with its provenance beside it.",
        ),
    ):
        gathered = option(gathered)
    return gathered


def keep(session: Session, fetched: Sequence[Fetched], keeping: Keeping) -> Documents:
    """Save what is to be saved, and say where each result is from."""
    if keeping.folder is None:
        return _provenances(session, fetched, [""] * len(fetched)) if keeping.shown else []
    names = save(fetched, keeping.folder)
    documents = _provenances(session, fetched, names)
    taken = set(names)
    for document in documents:
        file = _beside(document["result"]["file"], keeping.form, taken)
        taken.add(file)
        write(keeping.folder / file, (as_text([document], keeping.form) + "\n").encode())
    return documents


def _beside(name: str, form: str, taken: set[str]) -> str:
    """The file of the provenance of this result; a run may be called `ghz.provenance` itself."""
    stem = name.removesuffix(".json").removesuffix(".tar.gz") + ".provenance"
    while f"{stem}.{form}" in taken:
        stem += "_"
    return f"{stem}.{form}"


def _provenances(session: Session, fetched: Sequence[Fetched], names: Sequence[str]) -> Documents:
    """A document for each result that there is; `names` are those of their files."""
    log = {entry.id: entry for entry in session.store.read().state.log}
    tools = Tools(session.version, libraries())
    pairs = zip(fetched, names, strict=True)
    return [made for item, name in pairs if (made := _document(session, item, name, log, tools)) is not None]


def _document(
    session: Session, item: Fetched, name: str, log: Mapping[str, LogEntry], tools: Tools
) -> Mapping[str, Any] | None:
    if item.attempt is None or not item.raw:
        return None
    result, entry = Result(item.raw, name), log.get(item.attempt.entry)
    return provenance(session.context, str(item.address), item.attempt, item.job, result, entry, tools)


def as_text(documents: Documents, form: str) -> str:
    """All of them as one."""
    return dumps(jsonld(documents) if form == "jsonld" else {"format_version": 1, "results": list(documents)})
