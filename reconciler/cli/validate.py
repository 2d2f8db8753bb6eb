"""`qctl validate`."""

from __future__ import annotations

import click

from reconciler.cli.exits import Exit
from reconciler.cli.options import json_option, project_options
from reconciler.cli.project import Flags, load
from reconciler.cli.terminal import output, report_problems
from reconciler.core.diagnostic import has_errors
from reconciler.core.plan import diagnostic_to_json
from reconciler.render.json_form import dumps


@click.command("validate")
@project_options
@json_option
def command(flags: Flags, as_json: bool) -> int:
    """Check the manifests and the files they name; reads no state and calls no cloud."""
    loaded = load(flags)
    found = list(loaded.diagnostics)
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
