"""A round of an agent as one object of its log, and what its webhook is told."""

from __future__ import annotations

from typing import Literal

from reconciler.core.cycle import Verdict
from reconciler.core.diagnostic import Severity
from reconciler.render.forms.form import Amount, Form, Version


class Left(Form):
    """An address that still differs from the manifests."""

    address: str
    why: str


class Told(Form):
    """One finding."""

    code: str
    severity: Severity
    summary: str
    detail: str
    address: str
    place: str
    """File, line and column; empty if it has none."""


class CycleEvent(Form):
    """One round of `qctl reconcile`, when it ended."""

    event: Literal["cycle"]
    format_version: Version
    at: str
    """When it began: ISO 8601 in UTC."""
    verdict: Verdict
    detail: str
    """For people."""
    seconds: float
    waited: float
    """Seconds for the state's lock, which are in `seconds` too."""
    commit: str
    """Of the manifests; empty outside a repository."""
    project: str
    environment: str
    summary: str
    """Of the plan; empty if there was none, like the two before it and the next one."""
    fingerprint: str
    done: dict[str, int]
    """Calls that were accepted, by verb."""
    refused: int
    unknown: int
    left: list[Left]
    """The first fifty."""
    left_count: int
    findings: list[Told]
    """The first fifty."""
    spent: dict[str, Amount]
    """By the record, at most, by currency."""
    spent_unknown: int
    """Runs that are in none of these sums."""
