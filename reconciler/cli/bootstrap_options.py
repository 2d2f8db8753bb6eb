"""The options of a bootstrap, as they stand on the command line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

import click

Command = Callable[..., int]


@dataclass(frozen=True, slots=True)
class BootstrapWish:
    """What somebody typed; nothing of it is checked."""

    prefix: str
    region: str
    limits: tuple[str, ...]
    tags: tuple[str, ...]
    environment: str
    auto_approve: bool

    @property
    def anything(self) -> bool:
        """Whether an option was given that means nothing without a bootstrap."""
        return bool(self.prefix or self.region or self.limits or self.tags or self.auto_approve)


def bootstrap_options(command: Command) -> Command:
    """The command gets `wish`."""

    @wraps(command)
    def gathered(
        *,
        bucket_prefix: str,
        region: str,
        limits: tuple[str, ...],
        tags: tuple[str, ...],
        environment: str,
        auto_approve: bool,
        **rest: Any,
    ) -> int:
        return command(wish=BootstrapWish(bucket_prefix, region, limits, tags, environment, auto_approve), **rest)

    for option in reversed(_OPTIONS):
        gathered = option(gathered)
    return gathered


_OPTIONS = (
    click.option("--bucket-prefix", default="", metavar="TEXT", help="With --bootstrap: how bucket names begin."),
    click.option("--region", default="", metavar="REGION", help="With --bootstrap: where the buckets are."),
    click.option(
        "--limit", "limits", multiple=True, metavar="QPU=USD", help="With --bootstrap: a QPU's limit. Repeatable."
    ),
    click.option(
        "--tag", "tags", multiple=True, metavar="KEY=VALUE", help="With --bootstrap: a tag of everything. Repeatable."
    ),
    click.option(
        "--env", "environment", default="default", envvar="QCTL_ENV", help="With --bootstrap: the environment."
    ),
    click.option("--auto-approve", is_flag=True, help="With --bootstrap: do not ask."),
)
