"""`qctl cost`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import click

from reconciler.cli.clouds import Problem
from reconciler.cli.options import json_option, project_options
from reconciler.cli.project import Flags, Opened, open_project
from reconciler.cli.terminal import output
from reconciler.cli.writing import write
from reconciler.core.expense import By, sum_to_json, sums, whole
from reconciler.core.price_table import PriceTable
from reconciler.providers.kind import CloudUnavailable
from reconciler.providers.price_lists import FILES, FOLDER, read_table
from reconciler.render.expense_text import expense_text, tables_text
from reconciler.render.json_form import dumps
from reconciler.workflow.expenses import expenses, record_bills


@click.group("cost", invoke_without_command=True)
@project_options
@click.option("--by", type=click.Choice(get_args(By)), default="address", show_default=True, help="What to add up.")
@click.option("--recorded", is_flag=True, help="Ask no cloud: show what is on record.")
@json_option
@click.pass_context
def command(context: click.Context, flags: Flags, by: By, recorded: bool, as_json: bool) -> int:
    """Show what runs were estimated to cost and what they cost.

    Asks once what each run cost that has ended, and keeps the answer.
    """
    if context.invoked_subcommand is not None:
        return 0
    session = open_project(flags).session
    state = session.store.read().state if recorded else record_bills(session)
    found = list(expenses(session, state))
    rows, total = sums(found, by), whole(found)
    out = output()
    if as_json:
        data = {"format_version": 1, "by": by, "rows": [sum_to_json(row) for row in rows], "total": sum_to_json(total)}
        out.line(dumps(data))
    else:
        out.line(expense_text(rows, total, by.upper(), width=out.width, colour=out.colour))
    return 0


@command.command("prices")
@project_options
@click.option("--update", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Use this list here.")
@json_option
def prices(flags: Flags, update: Path | None, as_json: bool) -> int:
    """Show the price tables that plans are made with: their dates, sources and rows.

    With --update FILE: check a downloaded price list, and keep it in the project.
    """
    project = open_project(flags)
    if update is not None:
        return _update(project, update)
    tables = project.session.prices.tables
    out = output()
    if as_json:
        out.line(
            dumps({"format_version": 1, "digest": project.session.prices.digest, "tables": list(map(_json, tables))})
        )
    else:
        out.line(tables_text(tables, dict(_standing(project)), width=out.width, colour=out.colour))
    return 0


def _json(table: PriceTable) -> dict[str, object]:
    about = {"name": table.name, "published": table.published, "origin": table.origin, "digest": table.digest}
    return {**about, "note": table.note, "rows": [dict(row) for row in table.rows]}


def _standing(project: Opened) -> Iterator[tuple[str, str]]:
    """Whether the devices of the list are there still: it names retired ones too."""
    from reconciler.providers.braket.device import list_devices  # botocore: only when devices are asked for

    try:
        for device in list_devices(project.braket.client()):
            yield device.arn.rpartition("/")[2].lower(), device.status
    except (CloudUnavailable, Problem):
        return  # no login, no network: the prices are the same


def _update(project: Opened, file: Path) -> int:
    table = read_table(file)
    target = project.root / FOLDER / FILES[table.name]
    target.parent.mkdir(exist_ok=True)
    write(target, file.read_bytes())  # never half a list
    rows = f"{len(table.rows)} {'row' if len(table.rows) == 1 else 'rows'}"
    place = target.relative_to(project.root)
    output().line(f"{table.name} of {table.published}, {rows}, is kept in {place}. Commit it: plans are priced by it.")
    return 0
