"""The clouds that a project is about: nobody needs a login for one that it never names."""

from __future__ import annotations

from reconciler.cli.project import Opened
from reconciler.core.device_name import is_pasqal


def used_clouds(project: Opened) -> frozenset[str]:
    """The clouds that the project names in any way, or remembers; all of them while it names none."""
    session = project.session
    used = {"pasqal" if is_pasqal(text) else "braket" for text in session.context.devices.values()}
    used |= {session.kinds[d.address.kind].cloud for d in project.loaded.resources}
    used |= project.project.spec.providers.model_fields_set
    records = session.store.read().state.records.values()
    used |= {attempt.place.cloud for record in records for attempt in record.attempts}
    return frozenset(used & set(session.clouds)) or frozenset(session.clouds)
