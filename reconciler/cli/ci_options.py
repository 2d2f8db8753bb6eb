"""The options that commands of `qctl ci` share."""

from __future__ import annotations

from pathlib import Path

import click

FILE = click.Path(dir_okay=False, path_type=Path)
number_option = click.option(
    "--number", type=click.IntRange(1), metavar="N", help="The pull request; else the job's own."
)
author_option = click.option(
    "--author", default="", envvar="QCTL_CI_AUTHOR", metavar="LOGIN", help="Who the token is; else it is asked."
)
plan_option = click.option("--plan", "plan_file", type=FILE, metavar="FILE", help="What `qctl plan --out` kept.")
exit_code_option = click.option(
    "--exit-code", "code", type=click.IntRange(0, 255), default=0, metavar="N", help="How the command ended."
)
said_option = click.option("--said", type=FILE, metavar="FILE", help="What the command said.")
required_option = click.option(
    "--required", is_flag=True, help="Exit with 1 if it can't be done; else that is a warning."
)
