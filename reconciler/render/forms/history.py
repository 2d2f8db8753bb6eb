"""Who spent it, and where results are from."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from reconciler.core.history import Ending
from reconciler.render.forms.form import Amount, Form, Version
from reconciler.render.forms.project import Spent


class Applied(Form):
    """A command that changed something. Names of people, hosts and branches are anybody's texts."""

    id: str
    operation: str
    who: str
    host: str
    begun: str
    ended: str | None
    """Null where it never said so."""
    outcome: Ending
    qctl: str
    """The version of qctl."""
    libraries: dict[str, str]
    """Versions of what sends, simulates and reads, by name."""
    commit: str | None
    branch: str | None
    manifests: str | None
    """A digest of the names and texts of all manifests as they were read."""
    ci: dict[str, str]
    """What a CI system says of the job: system, commit, run, actor, repository, ref. A claim."""
    fingerprint: str | None
    """Of the plan."""


class Bounds(Form):
    """What something costs in one currency."""

    currency: str | None
    """Null: of these prices not even the currency is known."""
    least: Amount
    most: Amount | None
    """Null where it is unknown."""
    unknown: int
    """So many prices have no upper bound."""


class EntryCost(Form):
    """What a command cost."""

    planned: list[Bounds]
    submitted: list[Bounds]
    """Of the runs that it sent first, by estimate."""
    actual: Spent


class Entry(Applied):
    """One command with what came of it."""

    counts: dict[str, int]
    """What was done, as apply says in the end; what is 0 is left out."""
    cost: EntryCost
    addresses: list[str]
    """Where it changed something; at most 100."""
    addresses_left_out: int


class LogForm(Form):
    """What `qctl log --json` says."""

    format_version: Version
    environment: str
    entries: list[Entry]
    """The newest first."""
    left_out: int
    """So many older ones are not shown."""
    older_runs: int
    """Attempts from before there was a log."""


class Price(Form):
    """The least and the most that a run costs."""

    least: Amount | None
    expected: Amount | None
    most: Amount | None
    currency: str | None
    basis: str | None


class ResultFile(Form):
    """The result itself."""

    file: str | None
    """Its name, where it was saved."""
    bytes: int
    sha256: str
    """Of its bytes as the cloud stored them."""
    location: str | None
    """Where the cloud has it."""


class TracedJob(Form):
    """The job of a batch that the result is of."""

    id: str
    label: str
    digest: str


class TracedRun(Form):
    """The run, by its identity, its program and its place."""

    token: str
    digest: str
    """Of the program with device, shots and parameters: what is paid for."""
    program_digest: str
    generation: int
    attempt: int
    id: str
    status: str | None
    cloud: str
    account: str
    region: str | None
    local: bool
    """It was simulated by the local cloud, and paid by nobody."""
    execution: dict[str, Any]
    program_set_member: int | None
    """Its place in a task that several runs share."""
    paid_in_environment: str | None
    """Where another environment paid it."""
    job: TracedJob | None


class TracedDevice(Form):
    """The device as it said of itself when the run was submitted."""

    id: str | None
    capabilities: str | None
    """A digest."""
    calibrated: str | None


class Times(Form):
    """Between `submitted` and `ended` it waited and ran; `started` is what no cloud tells."""

    intended: str | None
    submitted: str | None
    started: str | None
    ended: str | None


class TracedCost(Form):
    """By the plan, and in the end."""

    estimate: Price | None
    actual: Price | None


class Tools(Form):
    """What wrote it down."""

    qctl: str
    libraries: dict[str, str]


class TracedProject(Form):
    """Whose it is."""

    name: str
    uid: str


class Provenance(Form):
    """Where one result is from."""

    format_version: Version
    project: TracedProject
    environment: str
    address: str
    result: ResultFile
    run: TracedRun
    device: TracedDevice
    times: Times
    cost: TracedCost
    applied: Applied | None
    """The command that sent it; null for a run that was adopted or imported, and from before there was a log."""
    written_by: Tools
    unknown: list[str]
    """The names of all that is null because nobody knows it."""


class ProvenanceForm(Form):
    """What `qctl results --provenance` says, and what stands beside a result."""

    format_version: Version
    results: list[Provenance]


class LinkedForm(Form):
    """The same as a graph in the terms of W3C PROV, with `--format jsonld`."""

    context: dict[str, Any] = Field(alias="@context")
    """Whole: no network is needed to read it."""
    graph: list[dict[str, Any]] = Field(alias="@graph")
