"""`qctl completion`."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from reconciler.cli.terminal import output


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(ctx: click.Context, shell: str) -> int:
    """Print the completion script; for bash: eval "$(qctl completion bash)"."""
    made = get_completion_class(shell)
    if made is None:
        raise click.UsageError(f"No completion for {shell}.")
    output().line(made(ctx.find_root().command, {}, "qctl", "_QCTL_COMPLETE").source())
    return 0
