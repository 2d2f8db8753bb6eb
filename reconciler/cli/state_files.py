"""`qctl state pull`, `push`, `history`, `restore`, `mv`, `migrate`: states as files, as copies, in other places."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click

from reconciler.cli.clouds import Problem
from reconciler.cli.options import addresses, complete_address, json_option, lock_timeout_option, project_options
from reconciler.cli.project import Flags, Opened, open_project
from reconciler.cli.terminal import output
from reconciler.cli.writing import write
from reconciler.core.address import Address
from reconciler.core.diagnostic import Diagnostic
from reconciler.core.reconcile_states import forgets
from reconciler.render.json_form import dumps
from reconciler.store.errors import StateUnreadable
from reconciler.store.foreign import read_state_file, refuse_foreign
from reconciler.store.format import decode, encode
from reconciler.store.rescue import decode_rescue, is_rescue
from reconciler.workflow.state_moves import Saved, migrate, move_address, push_rescued, push_state, restore


def one_address(text: str) -> Address:
    """An address from the command line. Raises Problem."""
    (address,) = addresses((text,))
    return address


@click.command("pull")
@click.option("--out", "file", type=click.Path(dir_okay=False, path_type=Path), help="Write it here instead.")
@project_options
def pull(file: Path | None, flags: Flags) -> int:
    """Print the state with its journal folded in, readable and with its checksum, for `qctl state push`."""
    project = open_project(flags)
    state = project.session.store.read().state
    header = replace(project.state.names.fresh(state.lineage), serial=state.serial, log=state.log)
    data = encode(header, state.records)
    if file is None:
        output().line(data.decode().rstrip("\n"))
        return 0
    write(file, data)
    output().line(f"Wrote serial {state.serial} to {file}.")
    return 0


@click.command("push")
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@click.option("--force", is_flag=True, help="Although it is older or of another lineage. Forgets no run even then.")
@lock_timeout_option
@project_options
def push(file: Path, force: bool, lock_timeout: float, flags: Flags) -> int:
    """Bring home a rescue file, or save a state that was pulled. Never goes back by itself."""
    project = open_project(flags)
    names, info = project.state.names, project.session.lock_info("state push")
    data = project.state.seal().open(read_state_file(file), "rescue", file.name)
    refuse_foreign(data, file.name)
    if is_rescue(data):
        rescued = decode_rescue(data, names, file.name)
        saved = push_rescued(project.state.store(), info, lock_timeout, rescued, force=force)
    else:
        with _about_a_file():
            header, records = decode(data, file.name)
        names.check_owner(header, file.name)
        saved = push_state(project.state.store(), info, lock_timeout, header.state(records), force=force)
    events = "an event that was" if saved.events == 1 else f"{saved.events} events that were"
    extra = f", with {events} on record nowhere else" if saved.events else ""
    output().line(f"Saved as serial {saved.serial}{extra}.")
    return 0


@contextmanager
def _about_a_file() -> Iterator[None]:
    """What is said of the state itself, to move it aside and begin anew, is no advice about any file that was given."""
    try:
        yield
    except StateUnreadable as error:
        remedy = "Give it a file that `qctl state pull --out` wrote, or a rescue file that an error message named."
        error.diagnostic = replace(error.diagnostic, remedy=remedy)
        raise


@click.command("history")
@json_option
@project_options
def history(as_json: bool, flags: Flags) -> int:
    """List the earlier saves that are kept."""
    copies = open_project(flags).state.store().history()
    if as_json:
        rows = [{"serial": c.serial, "saved": c.saved, "write_id": c.write_id} for c in copies]
        output().line(dumps({"format_version": 1, "copies": rows}))
        return 0
    if not copies:
        output().line("No copies are kept yet: each save adds one.")
    for copy in copies:
        output().line(f"serial {copy.serial:<6} saved {copy.saved}")
    return 0


@click.command("restore")
@click.argument("serial", type=click.IntRange(1))
@lock_timeout_option
@project_options
def restore_(serial: int, lock_timeout: float, flags: Flags) -> int:
    """Put an earlier save back, as a new one. Runs that came later stay on record, so nothing is paid again."""
    project = open_project(flags)
    store = project.state.store()
    saved = restore(store, project.session.lock_info("state restore"), lock_timeout, serial)
    later = " Runs that came later stay on record." if forgets(store.past(serial), saved.state) else ""
    output().line(f"Restored serial {serial} as serial {saved.serial}.{later}")
    return 0


@click.command("mv")
@click.argument("source", shell_complete=complete_address)
@click.argument("target", shell_complete=complete_address)
@lock_timeout_option
@project_options
def mv(source: str, target: str, lock_timeout: float, flags: Flags) -> int:
    """Rename an address in the state, as `moved:` in a manifest does. Its runs stay the same runs."""
    project, old, new = open_project(flags), one_address(source), one_address(target)
    session = project.session
    move_address(project.state.store(), session.lock_info("state mv"), lock_timeout, session.now(), old, new)
    output().line(f"{old} is {new} now.")
    return 0


@click.command("migrate")
@click.option("--from", "origin", required=True, metavar="PLACE", help="Where it is: local:FOLDER or s3://BUCKET/KEY.")
@lock_timeout_option
@project_options
def migrate_(origin: str, lock_timeout: float, flags: Flags) -> int:
    """Move the state to where the manifest now says that it rests, and leave word at the old place."""
    project = open_project(flags)
    saved = _migrated(project, origin, lock_timeout)
    output().line(
        f"The state is at {project.state.settings.place} now, as serial {saved.serial} of the same lineage. "
        f"Whoever still uses {origin} is told so."
    )
    return 0


def _migrated(project: Opened, origin: str, lock_timeout: float) -> Saved:
    source, here = project.state.at(origin), project.state.settings.place
    if source.settings.place == here:
        detail = f"The manifest says {here}, and that is where it is to come from."
        remedy = "Write the new place into spec.state first, and name the old one with --from."
        raise Problem(Diagnostic("state/no-place", "Not a place of a state", detail, remedy))
    info = project.session.lock_info("state migrate")
    return migrate(source.store(), project.state.store(), info, lock_timeout, here)


COMMANDS = (pull, push, history, restore_, mv, migrate_)
