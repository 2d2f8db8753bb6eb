"""`qctl state`."""

from __future__ import annotations

import click

from reconciler.cli import state_bucket, state_files
from reconciler.cli.clouds import Problem
from reconciler.cli.options import complete_address, json_option, project_options
from reconciler.cli.project import Flags, Opened, open_project
from reconciler.cli.resolving import declared_at, wrong_run
from reconciler.cli.state_files import one_address
from reconciler.cli.terminal import output
from reconciler.core.address import Address
from reconciler.core.attempt import attempt_to_json
from reconciler.core.diagnostic import Diagnostic
from reconciler.core.event import Managed
from reconciler.core.state import Record
from reconciler.core.suggest import did_you_mean
from reconciler.render.json_form import dumps
from reconciler.render.state_text import record_text, state_table
from reconciler.store.port import locked
from reconciler.workflow.noting import begin, noted
from reconciler.workflow.resolve import NothingToResolve, resolve


@click.group("state")
def command() -> None:
    """List, show and mend what qctl remembers."""


def _record(project: Opened, address: Address) -> Record:
    records = project.session.store.read().state.records
    record = records.get(str(address))
    if record is None:
        detail = f"Nothing is remembered of {address}."
        remedy = did_you_mean(str(address), records, "See `qctl state list --all`.")
        raise Problem(Diagnostic("state/no-such-address", "Address not in state", detail, remedy))
    return record


@command.command("list")
@project_options
@json_option
@click.option("--all", "everything", is_flag=True, help="Also what is no longer declared.")
def list_(
    flags: Flags,
    as_json: bool,
    everything: bool,
) -> int:
    """List the remembered addresses and how their runs stand."""
    project = open_project(flags)
    state = project.session.store.read().state
    records = {text: r for text, r in sorted(state.records.items()) if everything or r.managed}
    out = output()
    if as_json:
        out.line(
            dumps(
                {
                    "format_version": 1,
                    "lineage": state.lineage,
                    "serial": state.serial,
                    "resources": {text: _to_json(r) for text, r in records.items()},
                }
            )
        )
        return 0
    out.line(state_table(records, width=out.width, colour=out.colour))
    return 0


@command.command("show")
@click.argument("address", shell_complete=complete_address)
@project_options
@json_option
def show(
    address: str,
    flags: Flags,
    as_json: bool,
) -> int:
    """Show every attempt ever made at one address."""
    project = open_project(flags)
    record = _record(project, one_address(address))
    out = output()
    out.line(
        dumps({"format_version": 1, "address": address, **_to_json(record)})
        if as_json
        else record_text(address, record)
    )
    return 0


@command.command("rm")
@click.argument("address", shell_complete=complete_address)
@project_options
def rm(address: str, flags: Flags) -> int:
    """Let go of an address without cancelling anything. Its attempts stay on record, so nothing is paid again."""
    project = open_project(flags)
    session, known = project.session, one_address(address)
    info = session.lock_info("state rm")
    with locked(session.store, info):
        _record(project, known)
        began = begin(info, session.origin())
        session.store.append(began, Managed(session.now(), str(known), managed=False, removal="orphan"))
        snapshot = session.store.read()
        session.store.write(noted(snapshot.state, began), snapshot.version)
    output().line(f"{known} is no longer in qctl's care; nothing was cancelled.")
    return 0


@command.command("resolve")
@click.argument("address", shell_complete=complete_address)
@click.option("--adopt", metavar="ID", help="The run that the submission made.")
@click.option("--absent", is_flag=True, help="The submission made no run.")
@project_options
def resolve_(
    address: str,
    adopt: str | None,
    absent: bool,
    flags: Flags,
) -> int:
    """Say what became of a submission whose outcome is unknown."""
    if (adopt is None) != absent:
        raise click.UsageError("Say either --adopt ID or --absent.")
    project, about = open_project(flags), one_address(address)
    try:
        resolve(project.session, about, adopt, declared_at(project, about))
    except NothingToResolve as error:
        if adopt is None:
            raise
        raise Problem(wrong_run(project, about, error)) from error
    output().line(f"{address}: {'adopted ' + adopt if adopt else 'recorded as absent'}.")
    return 0


@command.command("force-unlock")
@click.argument("lock_id")
@project_options
def force_unlock(lock_id: str, flags: Flags) -> int:
    """Take the lock from a holder that hangs. The id is in the message that refused you."""
    project = open_project(flags)
    info = project.session.store.force_unlock(lock_id)
    output().line(f"The lock of {info} was taken away.")
    return 0


for _subcommand in (*state_files.COMMANDS, *state_bucket.COMMANDS):
    command.add_command(_subcommand)


def _to_json(record: Record) -> dict[str, object]:
    return {
        "managed": record.managed,
        "removal": record.removal,
        "attempts": [attempt_to_json(a) for a in record.attempts],
    }
