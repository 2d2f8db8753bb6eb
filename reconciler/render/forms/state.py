"""What is remembered, as `qctl state` and `qctl show` say it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any, get_type_hints

from pydantic import create_model

from reconciler.core.attempt import Attempt
from reconciler.core.job import Job
from reconciler.render.forms.form import ABSENT, Form, Version


def _of(kind: type[Any], name: str, doc: str, **other: Any) -> type[Form]:
    """A form of what a dataclass says in JSON: fields that have their default are left out."""
    hints = get_type_hints(kind)
    given: dict[str, Any] = {}
    for field in fields(kind):
        required = field.default is MISSING and field.default_factory is MISSING
        given[field.name] = (other.get(field.name, _plain(hints[field.name])), ... if required else ABSENT)
    return create_model(name, __base__=Form, __doc__=doc, **given)


def _plain(hint: Any) -> Any:
    """A tuple is a list in JSON, whatever its length."""
    if hint == tuple[str, ...]:
        return list[str]
    return dict[str, Any] if hint == Mapping[str, Any] else hint


JobForm = _of(Job, "Job", "One job of a batch; what it does not say is left out.")


class Adding(Form):
    """A call that adds jobs, and has no known outcome."""

    at: str
    jobs: list[JobForm]  # type: ignore[valid-type]  # made of the dataclass, so that they can't differ
    before: list[str]
    doubted: str = ABSENT
    estimate: dict[str, str] = ABSENT


AttemptForm = _of(
    Attempt,
    "Attempt",
    "One attempt to make one run exist. What it does not say is left out. `place` is cloud, account, region.",
    place=list[str],
    jobs=list[JobForm],  # type: ignore[valid-type]  # as above
    adding=Adding,
)


class Record(Form):
    """What is remembered of one address."""

    managed: bool
    """Whether it is still in qctl's care."""
    removal: str
    """What happens to an unfinished run when it is no longer declared."""
    attempts: list[AttemptForm]  # type: ignore[valid-type]  # as above
    """Oldest first."""


class RecordForm(Record):
    """What `qctl state show ADDRESS --json` says."""

    format_version: Version
    address: str


class StateForm(Form):
    """What `qctl state list --json` says."""

    format_version: Version
    lineage: str
    """The same for all saves of one state."""
    serial: int
    """Higher for each save."""
    resources: dict[str, Record]
    """By address."""


class Copy(Form):
    """One earlier save."""

    serial: int
    saved: str
    write_id: str


class CopiesForm(Form):
    """What `qctl state history --json` says."""

    format_version: Version
    copies: list[Copy]


class RunsForm(Form):
    """What `qctl show --json` says of declared runs."""

    format_version: Version
    resources: dict[str, list[AttemptForm]]  # type: ignore[valid-type]  # as above
    """By address, every attempt, oldest first."""
