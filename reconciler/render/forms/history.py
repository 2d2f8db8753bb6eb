"""What `qctl log` says."""

from __future__ import annotations

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
