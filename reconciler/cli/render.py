"""`qctl render`."""

from __future__ import annotations

import click

from reconciler.cli.clouds import Problem
from reconciler.cli.options import address_arguments, json_option, project_options
from reconciler.cli.project import Flags, load, project_context, unknown_address
from reconciler.cli.terminal import output, report_problems
from reconciler.core.diagnostic import has_errors
from reconciler.manifest.final import Finals
from reconciler.manifest.trace import Trace
from reconciler.providers import KINDS
from reconciler.render.final_text import final_to_json, finals_text
from reconciler.render.json_form import dumps
from reconciler.workflow.selection import Selection


@click.command("render")
@address_arguments
@project_options
@json_option
@click.option("--explain", is_flag=True, help="Say behind each value where it comes from.")
def command(flags: Flags, selection: Selection, as_json: bool, explain: bool) -> int:
    """Print the documents as qctl acts on them: overlays, variables, sweeps and defaults put in.

    Without addresses the project comes first. A value that only another run knows stays an expression. Reads no state
    and calls no cloud.
    """
    trace = Trace()
    loaded = load(flags, trace=trace)
    if loaded.project is None or has_errors(loaded.diagnostics):
        raise Problem(*loaded.diagnostics)
    report_problems(list(loaded.diagnostics))
    known = {d.address for d in loaded.resources}
    known |= {a.base for a in known}
    wrong = [unknown_address(a, known, "not declared") for a in sorted(selection.targets - known)]
    if wrong:
        raise Problem(*wrong)
    finals = Finals(loaded.project, trace, explain=explain)
    context = project_context(flags, loaded.project)
    documents = [] if selection.targets else [finals.project()]
    for declared in loaded.resources:
        if selection.holds(declared.address):
            desired = KINDS[declared.address.kind].desired(declared, context)
            documents.append(finals.resource(declared, desired.tags, desired.delivery))
    out = output()
    if as_json:
        shown = [final_to_json(document, explain=explain) for document in documents]
        out.line(dumps({"format_version": 1, "environment": flags.environment, "documents": shown}))
    else:
        out.line(finals_text(documents, explain=explain, colour=out.colour))
    return 0
