"""A plan, as `qctl plan --json` says it, and one that was kept."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from reconciler.core.change import Action
from reconciler.core.event import Verb
from reconciler.core.fields import FieldClass
from reconciler.core.job_change import JobAction
from reconciler.core.phase import Phase
from reconciler.render.forms.findings import Finding
from reconciler.render.forms.form import ABSENT, Amount, Form, Version


class Counts(Form):
    """The numbers of the summary."""

    to_import: int = Field(alias="import")
    add: int
    """Runs that would be submitted."""
    change: int
    destroy: int
    """Runs that would be cancelled, and lasting objects that would be deleted."""
    reuse: int
    forget: int
    unknown: int
    """Addresses with an unknown outcome, which are left alone."""
    already_paid: int
    """Declared runs that are accepted, and not run again."""
    program_sets: int = ABSENT
    runs_in_program_sets: int = ABSENT


class Total(Form):
    """A sum in one currency. Unknown is not zero: what is unknown is null, and counted."""

    currency: str
    least: Amount
    expected: Amount | None
    most: Amount | None
    unknown: int


class Room(Form):
    """One amount of the budget."""

    currency: str
    max: Amount
    spent: Amount
    planned: Amount
    left: Amount


class PriceList(Form):
    """By which prices the plan is made."""

    name: str
    published: str
    origin: str
    digest: str


class Cost(Form):
    """What the submissions of a plan cost, in its first currency."""

    currency: str
    now: Amount
    expected: Amount | None
    at_most: Amount | None
    """Null where it is unknown."""
    unknown: int
    """How many prices are."""
    saved_by_program_sets: Amount = ABSENT
    budget: list[Room] = ABSENT
    currencies: list[Total]
    """Each currency by itself."""
    price_lists: list[PriceList]


class FieldChange(Form):
    """One field that differs; null stands for absent."""

    name: str
    kind: FieldClass = Field(alias="class")
    before: Any
    after: Any


class Operation(Form):
    """One call."""

    verb: Verb
    token: str
    """The run's identity."""
    id: str
    """What the cloud calls it; empty before it is made."""
    submits: list[str] = ABSENT
    """Addresses of the runs of a program set."""
    submitted_by: str = ABSENT
    """The address whose call submits this one."""


class JobChange(Form):
    """What becomes of one job of a batch."""

    label: str
    action: JobAction
    reason: str
    shown: dict[str, Any]
    """Its values, as the manifest names them."""
    digest: str
    id: str = ABSENT
    batch: str = ABSENT
    status: str = ABSENT
    failure: str = ABSENT


class Run(Form):
    """The run that stands for the address now."""

    id: str
    status: str
    """The cloud's own word."""
    phase: Phase
    environment: str = ABSENT
    """The one that paid for it, if it was another."""


class Price(Form):
    """What one run costs; null is unknown."""

    least: Amount | None
    expected: Amount | None
    most: Amount | None
    currency: str
    basis: str


class Assertion(Form):
    """What an assertion came to."""

    assertion: str
    passed: bool
    seen: str = ABSENT
    """The values that it read, or what is wrong with it."""


class Simulation(Form):
    """What a run came to on this machine."""

    digest: str
    label: str = ABSENT
    """Of which job of a batch."""
    backend: str
    shots: int
    seed: int
    not_simulated: str = ABSENT
    """Why it was not."""
    counts: dict[str, int] = ABSENT
    fidelity: float | None = ABSENT
    assertions: list[Assertion] = ABSENT


class Change(Form):
    """What would happen at one address, and why."""

    address: str
    action: Action
    reason: str
    fields: list[FieldChange]
    operations: list[Operation]
    jobs: list[JobChange] = ABSENT
    run: Run = ABSENT
    price: Price = ABSENT
    simulations: list[Simulation] = ABSENT
    moved: str = ABSENT
    """The address that its record is taken over from."""
    warning: str = ABSENT


class PlanForm(Form):
    """What `qctl plan --json` says. The same decisions give the same bytes."""

    format_version: Version
    project: str
    environment: str
    summary: str
    """The line that people know."""
    fingerprint: str
    """For `qctl apply --expect`."""
    counts: Counts
    cost: Cost
    changes: list[Change]
    """By address."""
    diagnostics: list[Finding]


class Basis(Form):
    """Digests of what the plan was made from."""

    files: dict[str, str] = ABSENT
    variables: dict[str, str] = ABSENT
    state: dict[str, str] = ABSENT
    prices: dict[str, str] = ABSENT
    devices: dict[str, dict[str, str]] = ABSENT


class Asked(Form):
    """With which options it was made."""

    targets: list[str] = ABSENT
    excluded: list[str] = ABSENT
    forced: list[str] = ABSENT
    refresh: str = ABSENT


class Saved(Form):
    """What is kept beside a plan."""

    uid: str
    """The project's."""
    tool_version: str
    made: str
    expires: str
    fingerprint: str
    basis: Basis
    asked: Asked = ABSENT


class SavedPlanForm(Form):
    """What `qctl show PLAN --json` says of a file that `qctl plan --out` wrote."""

    format_version: Version
    saved: Saved
    plan: PlanForm
