"""`qctl validate`."""

from __future__ import annotations

import click

from reconciler.cli.exits import Exit
from reconciler.cli.options import json_option, project_options
from reconciler.cli.project import Flags, load, project_context
from reconciler.cli.terminal import output, report_problems
from reconciler.core.diagnostic import Diagnostic, has_errors, in_order
from reconciler.core.plan import diagnostic_to_json
from reconciler.manifest.load import Loaded
from reconciler.providers import KINDS
from reconciler.render.json_form import dumps


@click.command("validate")
@project_options
@json_option
def command(flags: Flags, as_json: bool) -> int:
    """Check the manifests and the files they name; reads no state and calls no cloud."""
    loaded = load(flags)
    found = list(loaded.diagnostics)
    found = in_order([*found, *_sequences(flags, loaded)])
    wrong = has_errors(found)
    if as_json:
        findings = [diagnostic_to_json(d) for d in found]
        data = {"format_version": 1, "valid": not wrong, "resources": len(loaded.resources), "diagnostics": findings}
        output().line(dumps(data))
        return Exit.ERROR if wrong else Exit.DONE
    report_problems(found)
    if not wrong:
        count = len(loaded.resources)
        output().line(f"The configuration is valid: {count} resource{'' if count == 1 else 's'}.")
    return Exit.ERROR if wrong else Exit.DONE


def _sequences(flags: Flags, loaded: Loaded) -> list[Diagnostic]:
    # Only what runs jobs has sequences, and the digests of ten thousand tasks take their time.
    declared = [d for d in loaded.resources if KINDS[d.address.kind].result == "job"]
    if loaded.project is None or not declared:
        return []
    from reconciler.workflow.sequences import check_sequences  # only when there is something to check

    context = project_context(flags, loaded.project)
    return check_sequences([KINDS[d.address.kind].desired(d, context) for d in declared])
