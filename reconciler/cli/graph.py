"""`qctl graph`."""

from __future__ import annotations

import json

import click

from reconciler.cli.options import project_options
from reconciler.cli.project import Flags, open_project
from reconciler.cli.terminal import output
from reconciler.core.graph import Edges, order
from reconciler.render.json_form import dumps


@click.command("graph")
@project_options
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "dot", "json"]),
    default="text",
    show_default=True,
    help="For people, for Graphviz, or for programs.",
)
def command(flags: Flags, form: str) -> int:
    """Show the order of work: each resource after those it waits for."""
    project = open_project(flags)
    edges = project.loaded.edges
    texts = {"text": _text, "dot": _dot, "json": _json}
    output().line(texts[form](edges))
    return 0


def _text(edges: Edges) -> str:
    lines: list[str] = []
    for address in order(edges):
        lines.append(str(address))
        lines.extend(f"  waits for {needed}" for needed in sorted(edges[address]))
    return "\n".join(lines) or "Nothing is declared."


def _dot(edges: Edges) -> str:
    nodes = [f"  {_quoted(str(a))};" for a in order(edges)]
    arrows = [f"  {_quoted(str(a))} -> {_quoted(str(b))};" for a in order(edges) for b in sorted(edges[a])]
    return "\n".join(["digraph qctl {", "  rankdir = BT;", *nodes, *arrows, "}"])


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # DOT strings escape the quote in the same way


def _json(edges: Edges) -> str:
    nodes = {str(a): sorted(map(str, edges[a])) for a in order(edges)}
    return dumps({"format_version": 1, "waits_for": nodes})
