"""`qctl state probe` and `qctl state key`: what a shared state needs before its first use."""

from __future__ import annotations

import click

from reconciler.cli.options import project_options
from reconciler.cli.project import Flags, open_project
from reconciler.cli.terminal import output
from reconciler.store.sealed import new_key


@click.command("probe")
@click.option("--create", is_flag=True, help="Make the bucket first, if it is missing.")
@project_options
def probe(create: bool, flags: Flags) -> int:
    """Ask the state's bucket whether it keeps conditions; several writers race for it. Asked by itself on first use."""
    setup = open_project(flags).state
    objects = setup.objects()
    if create and objects.make_bucket():
        output().line(f"Made the bucket {setup.settings.bucket}.")
    setup.probe(objects).ask()
    output().line(f"{setup.settings.place} keeps conditions: of several writers at once one wins, each time.")
    return 0


@click.command("key")
def key() -> int:
    """Print a fresh key for client-side encryption. It is kept nowhere: put it where your team keeps secrets."""
    output().line(new_key())
    return 0


COMMANDS = (probe, key)
