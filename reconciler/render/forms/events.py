"""The event stream of `apply`, `destroy`, `wait` and `reconcile`: one object a line, each with its version."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, RootModel

from reconciler.core.progress import Stage
from reconciler.render.forms.cycle import CycleEvent
from reconciler.render.forms.form import Form, Version
from reconciler.render.forms.plan import PlanForm


class PlanEvent(PlanForm):
    """First: what will be done."""

    event: Literal["plan"]


class ProgressEvent(Form):
    """One moment of one step. Readers skip steps and stages that they do not know."""

    event: Literal["progress"]
    format_version: Version
    at: str
    """ISO 8601 in UTC."""
    address: str
    step: str
    """A verb of the plan, or `adopt`, `reuse`, `forget`, `wait`."""
    stage: Stage
    id: str
    status: str
    """The cloud's own word."""
    detail: str
    done: int
    """So many steps are over,"""
    total: int
    """of so many."""


class HeartbeatEvent(Form):
    """Nothing is new, and the command is alive: once a minute while it waits."""

    event: Literal["heartbeat"]
    format_version: Version
    at: str
    waiting: int
    """Runs that are unfinished."""
    seconds: int
    """Since the waiting began."""


class AppliedEvent(Form):
    """What came of the plan, in counts."""

    event: Literal["applied"]
    format_version: Version
    imported: int
    added: int
    changed: int
    destroyed: int
    refused: int
    unknown: int
    skipped: int
    jobs_added: int
    jobs_cancelled: int
    closed: int
    """Batches."""


class WaitedEvent(Form):
    """Last, where runs were waited for: how they stand."""

    event: Literal["waited"]
    format_version: Version
    at: str
    unfinished: list[str]
    """Addresses."""
    failed: dict[str, str]
    """How those ended that did not do what was wanted."""
    interrupted: bool


_Any = PlanEvent | ProgressEvent | HeartbeatEvent | AppliedEvent | WaitedEvent | CycleEvent


class Event(RootModel[Annotated[_Any, Field(discriminator="event")]]):
    """One line of the event stream. Readers skip events that they do not know."""
