"""What `qctl state resolve` knows beside the state: the declaration, and where a person finds the right run."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.cli.project import Opened
from reconciler.core.address import Address
from reconciler.core.diagnostic import Diagnostic
from reconciler.core.mark import TAG_ADDRESS, address_mark
from reconciler.core.resource import Resource
from reconciler.core.state import Record

_CONSOLES: Mapping[str, str] = {"braket": "the Amazon Braket console", "pasqal": "Pasqal's portal"}


def declared_at(project: Opened, address: Address) -> Resource | None:
    """What the manifests say of it, if anything."""
    found = next((d for d in project.loaded.resources if d.address == address), None)
    return None if found is None else project.session.kinds[address.kind].desired(found, project.session.context)


def wrong_run(project: Opened, address: Address, error: Exception) -> Diagnostic:
    """The finding for an id that can't be adopted: where to look for the right one, and by what it is known."""
    return Diagnostic("state/nothing-to-resolve", "Nothing to resolve", f"{error}.", _where(project, address))


def _where(project: Opened, address: Address) -> str:
    states = "See `qctl state list` for what is unknown"
    kind = project.session.kinds.get(address.kind)
    if kind is None:
        return f"{states}."
    record = project.session.store.read().state.records.get(str(address), Record())
    if any(a.adding is not None for a in record.attempts):
        return f"Say `qctl state resolve '{address}' --absent` if they are not there."
    local = kind.cloud in project.session.local
    place = "the local cloud (its SDK lists them, see `qctl local serve`)" if local else _CONSOLES[kind.cloud]
    if not kind.marks:
        return f"{states}. In {place}, look through the newest runs for one with the type, backend and config declared."
    tag = f"{TAG_ADDRESS}={address_mark(address)}"
    return f"{states}. In {place}, the right one has the tag {tag}."
