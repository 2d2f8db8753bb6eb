"""`qctl schema`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from reconciler.cli.project import kind_models
from reconciler.cli.terminal import output
from reconciler.cli.writing import write
from reconciler.manifest.schema import manifest_schema
from reconciler.render.json_form import any_json

MANIFEST = "manifest"
MANIFEST_SCHEMA = "manifest.v1alpha1.json"


@click.command("schema")
@click.argument("name", default=MANIFEST, metavar="[NAME]")
@click.option("--out", type=click.Path(path_type=Path), metavar="FOLDER", help="Write all of them here instead.")
def command(name: str, out: Path | None) -> int:
    """Print the JSON Schema of manifests, or that of the output called NAME, or write all of them.

    The names are those of the files in schemas/: plan, event, validate, state and so on.
    """
    schemas = dict(schema_texts())
    if out is None:
        files = {file.partition(".")[0]: text for file, text in schemas.items()}
        if name not in files:
            raise click.BadParameter(f"there are {', '.join(sorted(files))}.", param_hint="NAME")
        output().line(files[name].rstrip("\n"))
        return 0
    out.mkdir(parents=True, exist_ok=True)
    for file, text in schemas.items():
        write(out / file, text.encode())
    output().line(f"Wrote {len(schemas)} schemas to {out}.")
    return 0


def schema_text() -> str:
    """The schema of every document that a manifest may hold."""
    return any_json(manifest_schema(kind_models())) + "\n"


def schema_texts() -> Iterator[tuple[str, str]]:
    """Each file of `schemas/`: that of every document a manifest may hold, and that of each JSON output."""
    from reconciler.render.forms.catalogue import FORMS, file_name, form_schema  # models: only to write schemas

    yield MANIFEST_SCHEMA, schema_text()
    for name in FORMS:
        yield file_name(name), any_json(form_schema(name)) + "\n"
