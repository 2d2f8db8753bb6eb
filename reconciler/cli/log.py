"""`qctl log`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import click

from reconciler.cli.options import addresses, complete_address, json_option, project_options
from reconciler.cli.project import Flags, open_project, require_known
from reconciler.cli.terminal import output
from reconciler.core.account import Account, account, account_to_json
from reconciler.core.duration import seconds_of
from reconciler.render.history_text import history_details, history_text
from reconciler.render.json_form import dumps
from reconciler.workflow.selection import Selection
from reconciler.workflow.session import timestamp

_MOST = 10_000


@click.command("log")
@click.argument("targets", nargs=-1, metavar="[ADDRESS]...", shell_complete=complete_address)
@project_options
@click.option("--since", default="", metavar="TIME", help="Only what began since: a date, a time, or 30m, 12h, 7d ago.")
@click.option("--limit", type=click.IntRange(1, _MOST), default=50, show_default=True, help="The newest so many.")
@json_option
def command(flags: Flags, targets: tuple[str, ...], since: str, limit: int, as_json: bool) -> int:
    """Tell who applied what, when, from which commit, at which cost. Reads the state alone.

    With addresses: all that is known of the commands that changed something there.
    """
    selection = Selection(addresses(targets))
    project = open_project(flags)
    require_known(project, selection)
    begin = _moment(since, project.session.clock.now()) if since else ""
    state = project.session.store.read().state
    found = account(state, selection.holds if targets else None, begin, limit)
    out = output()
    if as_json:
        out.line(dumps(account_to_json(found)))
        return 0
    parts = [_remarks(found)]
    if found.told:
        shown = history_details(found.told) if targets else history_text(found.told, out.width, colour=out.colour)
        parts.insert(0, shown)
    out.line("\n\n".join(filter(None, parts)))
    return 0


def _remarks(found: Account) -> str:
    remarks = []
    if not found.told:
        remarks.append("Nothing is in the log.")
    if found.left_out:
        remarks.append(f"{found.left_out} older {_entries(found.left_out)} left out: --limit shows more.")
    if found.older:
        runs = "1 run is" if found.older == 1 else f"{found.older} runs are"
        remarks.append(f"{runs} older than this log, which begins with a qctl that keeps one: qctl state list --all.")
    return " ".join(remarks)


def _entries(count: int) -> str:
    return "entry is" if count == 1 else "entries are"


def _moment(text: str, now: datetime) -> str:
    """The time as it stands in records. Raises click.BadParameter."""
    seconds = seconds_of(text)
    try:
        if seconds is not None:
            return timestamp(now - timedelta(seconds=seconds))
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError) as error:
        wrong = f"{text!r} is no time: write 2026-11-27, 2026-11-27T22:00:00Z, or 7d."
        raise click.BadParameter(wrong, param_hint="'--since'") from error
    return timestamp(moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC))
