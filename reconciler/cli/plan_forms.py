"""In which forms a plan is shown: the options of it, and the showing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import wraps
from pathlib import Path
from typing import Any

import click

from reconciler.cli.options import json_into_option, junit_option, sarif_option
from reconciler.cli.sarif import write_sarif
from reconciler.cli.terminal import output, report_problems
from reconciler.cli.writing import write
from reconciler.core.device_standing import DeviceStanding
from reconciler.core.plan import Plan, plan_to_json
from reconciler.render.device_line import device_line
from reconciler.render.json_form import dumps
from reconciler.render.plan_markdown import GITHUB_LIMIT, plan_markdown
from reconciler.render.plan_text import plan_text

Command = Callable[..., int]


@dataclass(frozen=True, slots=True)
class Forms:
    """How a plan is shown on standard output, and into which files it goes as well."""

    as_json: bool = False
    form: str = "text"
    max_bytes: int = GITHUB_LIMIT
    full: bool = False
    json_into: Path | None = None
    sarif: Path | None = None
    junit: Path | None = None


_NAMES = tuple(field.name for field in fields(Forms))


def form_options(command: Command) -> Command:
    """The command gets `forms`."""

    @wraps(command)
    def gathered(**given: Any) -> int:
        forms = Forms(**{name: given.pop(name) for name in _NAMES})
        if forms.as_json and forms.form == "markdown":
            raise click.UsageError("Say either --json or --format markdown.")
        return command(forms=forms, **given)

    for option in reversed(
        [
            click.option("--json", "as_json", is_flag=True, help="Print JSON for programs."),
            click.option(
                "--format",
                "form",
                type=click.Choice(["text", "markdown"]),
                default="text",
                show_default=True,
                help="For a terminal, or for a comment on a pull request.",
            ),
            click.option(
                "--max-bytes",
                type=click.IntRange(500),
                default=GITHUB_LIMIT,
                show_default=True,
                help="With --format markdown: how long it may be.",
            ),
            click.option(
                "--full", is_flag=True, help="Show every point of large sweeps, and every job of large batches."
            ),
            json_into_option,
            sarif_option,
            junit_option,
        ]
    ):
        gathered = option(gathered)
    return gathered


def show_in(forms: Forms, plan: Plan, devices: Mapping[str, DeviceStanding], now: Callable[[], str]) -> None:
    """The plan in the form that is wanted, and in files. `now` may open the local cloud, so only devices need it."""
    if forms.json_into is not None:
        write(forms.json_into, f"{dumps(plan_to_json(plan))}\n".encode())
    if forms.sarif is not None:
        write_sarif(forms.sarif, plan.diagnostics)
    if forms.form == "markdown":
        standing = {name: device_line(device.told, now) for name, device in devices.items()}
        output().line(plan_markdown(plan, standing, budget=forms.max_bytes).rstrip("\n"))
    else:
        show_plan(plan, as_json=forms.as_json, full=forms.full)


def show_plan(plan: Plan, *, as_json: bool = False, full: bool = False) -> None:
    """The plan on standard output; its findings with it in the machine form, else on standard error."""
    out = output()
    if as_json:
        out.line(dumps(plan_to_json(plan)))
        return
    report_problems(list(plan.diagnostics))
    out.line(plan_text(plan, full=full, width=out.width, colour=out.colour))
