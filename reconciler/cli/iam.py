"""`qctl iam`: the rights that a project needs."""

from __future__ import annotations

import click

from reconciler.cli.clouds import Problem
from reconciler.cli.options import json_option, project_options
from reconciler.cli.project import Flags, load, project_context
from reconciler.cli.terminal import output
from reconciler.core.diagnostic import has_errors
from reconciler.providers import KINDS
from reconciler.providers.braket.rights import Account, Purpose, document, merged, rights, state_rights
from reconciler.render.json_form import dumps
from reconciler.render.rights_text import rights_text

_PURPOSES = ["plan", "apply", "bootstrap"]


@click.group("iam")
def command() -> None:
    """Say which rights a project needs on its account."""


@command.command("policy")
@project_options
@click.option("--for", "purpose", type=click.Choice(_PURPOSES), default="apply", show_default=True, help="What for.")
@click.option("--account", default="*", metavar="ID", help="The account's number, for rights on nothing else.")
@json_option
def policy(flags: Flags, purpose: Purpose, account: str, as_json: bool) -> int:
    """Print the least rights that this very project needs, each with what it is for.

    With --json as a policy document of AWS IAM. Reads the manifests; reads no state and calls no cloud.
    GetCallerIdentity needs no right. Pasqal knows no rights of its own: a login holds for a project.
    """
    if account != "*" and not (account.isdecimal() and len(account) == 12):
        raise click.BadParameter("an account has 12 digits.", param_hint="--account")
    loaded = load(flags)
    if loaded.project is None or has_errors(loaded.diagnostics):
        raise Problem(*loaded.diagnostics)
    context = project_context(flags, loaded.project)
    resources = [KINDS[d.address.kind].desired(d, context) for d in loaded.resources]
    where = Account(account, loaded.project.spec.providers.braket.region or "*")
    found = rights(resources, purpose, where)
    state = loaded.project.spec.state
    if state.backend == "s3" and state.bucket and not state.endpoint_url:
        key = state.encryption.kms_key_id or ""
        found = merged([*found, *state_rights(state.bucket, state.key, key, purpose, account)])
    out = output()
    if as_json:
        out.line(dumps(document(found)))
    else:
        out.line(rights_text([(right.action, right.resources, right.why) for right in found]))
    return 0
