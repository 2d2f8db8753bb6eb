"""`qctl schema`."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.project import kind_models
from reconciler.cli.terminal import output
from reconciler.manifest.schema import manifest_schema
from reconciler.render.json_form import dumps

MANIFEST_SCHEMA = "manifest.v1alpha1.json"


@click.command("schema")
@click.option("--out", type=click.Path(path_type=Path), metavar="FOLDER", help="Write the files here instead.")
def command(out: Path | None) -> int:
    """Print the JSON Schema of manifests, or write it for editors."""
    text = schema_text()
    if out is None:
        output().line(text.rstrip("\n"))
        return 0
    out.mkdir(parents=True, exist_ok=True)
    (out / MANIFEST_SCHEMA).write_text(text, encoding="utf-8")
    output().line(f"Wrote {out / MANIFEST_SCHEMA}.")
    return 0


def schema_text() -> str:
    """The schema of every document that a manifest may hold."""
    return dumps(manifest_schema(kind_models())) + "\n"
