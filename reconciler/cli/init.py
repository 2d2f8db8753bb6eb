"""`qctl init`."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click

from reconciler.cli.bootstrap_options import BootstrapWish, bootstrap_options
from reconciler.cli.clouds import Problem
from reconciler.cli.schema import MANIFEST_SCHEMA, schema_text
from reconciler.cli.terminal import output
from reconciler.cli.writing import create
from reconciler.core.address import NAME
from reconciler.core.diagnostic import Diagnostic, Location
from reconciler.core.uid import new_uid

_MODELINE = f"# yaml-language-server: $schema=schemas/{MANIFEST_SCHEMA}\n"
_PROJECT = """apiVersion: qctl/v1alpha1
kind: Project
metadata:
  name: {name}
  uid: {uid}  # written once; it enters every token and tag, so never change it
spec:
  providers:
    braket: {{mode: local{region}}}  # the local cloud: free, no account; "aws" is the real one and costs money
    # pasqal: {{mode: local}}  # Pasqal likewise; "cloud" with a projectId is the real one
  devices:
    sim: arn:aws:braket:::device/quantum-simulator/amazon/sv1
    # fresnel: {{pasqal: FRESNEL}}
{defaults}"""
_EXAMPLE = """---
apiVersion: qctl/v1alpha1
kind: QuantumTask
metadata: {name: bell}
spec:
  device: sim
  shots: 1000
  program: {openqasm: circuits/bell.qasm}
"""
_BELL = """OPENQASM 3.0;
qubit[2] q;
bit[2] c;
h q[0];
cnot q[0], q[1];
c = measure q;
"""
_IGNORED = """# What qctl keeps on this machine: the local cloud, reports and caches.
.qctl/
# Local state: it names what was paid. Keep it safe, and share it by other means than git.
state/
"""


@click.command("init")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default=Path())
@click.option("--name", help="The project's name; the folder's name without it.")
@click.option("--bare", is_flag=True, help="Only the project, without the first example.")
@click.option(
    "--bootstrap",
    "bootstraps",
    is_flag=True,
    help="Also make what a team needs on its account: buckets for results and state, and spending limits. "
    "Shows a plan and asks; a project that is there already is fine.",
)
@bootstrap_options
def command(folder: Path, name: str | None, bare: bool, bootstraps: bool, wish: BootstrapWish) -> int:
    """Begin a project: qctl.yaml with its own uid, a first circuit, and the schema for your editor."""
    if not bootstraps:
        if wish.anything:
            raise click.UsageError("This option needs --bootstrap.")
        _begin(folder, name, bare=bare)
        output().line(
            "\nNext: qctl plan, then qctl apply --wait, then qctl results. All of it runs on the local cloud."
        )
        return 0
    from reconciler.cli.bootstrap import bootstrap, read_options  # much more than a first project needs

    asked = read_options(wish)
    if (folder / "qctl.yaml").exists():
        asked = replace(asked, name=name or "")
    else:
        _begin(folder, name, bare=True, region=asked.region, defaults=asked.defaults)
    return bootstrap(folder, asked, auto_approve=wish.auto_approve)


def _begin(
    folder: Path, name: str | None, *, bare: bool, region: str = "", defaults: Callable[[str, str], str] | None = None
) -> None:
    """Write the files. `defaults` gives the project's `spec.defaults`, by its name and uid."""
    target = folder / "qctl.yaml"
    if target.exists():
        detail = f"{target} is there already, and its uid must never change. Nothing was written."
        remedy = f"Go on with it: edit {target}, then run qctl plan. For another project name another folder."
        _refuse("init/exists", "Project exists already", detail, remedy, target)
    chosen = name or _name_of(folder)
    if not NAME.fullmatch(chosen):
        detail = f"{chosen!r} is no project name: 1 to 63 small letters, digits, dots and hyphens."
        _refuse("init/name", "Invalid project name", detail, "Pass another --name NAME.", target)
    uid = new_uid(datetime.now(UTC), secrets.token_bytes(10))
    where = f", region: {region}" if region else ""
    rest = defaults(chosen, uid) if defaults else ""
    text = _MODELINE + _PROJECT.format(name=chosen, uid=uid, region=where, defaults=rest)
    made = [_write(folder / "schemas" / MANIFEST_SCHEMA, schema_text())]
    if not bare:
        text += _EXAMPLE
        made.append(_write(folder / "circuits" / "bell.qasm", _BELL))
    made.append(_write(folder / ".gitignore", _IGNORED))
    made.append(_write(target, text))
    out = output()
    for path, new in made:
        out.line(f"{'Wrote' if new else 'Left as it is:'} {path}")
    if not name and chosen != folder.resolve().name:
        out.line(f"The project is called {chosen}; qctl.yaml may say another name before the first apply.")


def _refuse(code: str, summary: str, detail: str, remedy: str, target: Path) -> None:
    raise Problem(Diagnostic(code, summary, detail, remedy, Location(str(target))))


def _name_of(folder: Path) -> str:
    """The folder's name in the letters that a project's name may have; a name of which none is left is no name."""
    name = folder.resolve().name
    letters = (c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
    plain = re.sub(r"[^a-z0-9.-]+", "-", "".join(letters))[:63].strip("-.")
    lost = not name.isascii() and not re.search("[a-z]", plain)
    return "project" if lost or not plain else plain


def _write(path: Path, text: str) -> tuple[Path, bool]:
    """Write a new file; one that is there already is the user's, and stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        create(path, text)
    except FileExistsError:
        return path, False
    return path, True
