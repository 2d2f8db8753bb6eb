"""Findings, and what `validate` and `policy` say."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from reconciler.core.diagnostic import Severity
from reconciler.core.policy import Expected, Level, Scope
from reconciler.render.forms.form import ABSENT, Form, Version


class Place(Form):
    """A place in a text, counted from 1."""

    file: str
    """Relative to the project's folder."""
    line: int
    column: int


class Finding(Form):
    """One finding."""

    code: str
    """Stable: see docs/diagnostics.md."""
    severity: Severity
    summary: str
    """The same words for the same problem."""
    detail: str
    """What is wrong here, and why it matters."""
    remedy: str
    """What to do; may be empty."""
    address: str
    """Of the resource that it is about; may be empty."""
    location: Place | None


class Environment(Form):
    """How one environment stands."""

    valid: bool
    resources: int


class Validated(Form):
    """What `qctl validate --json` says."""

    format_version: Version
    valid: bool
    """Whether there is no error; warnings do not count."""
    resources: int
    """How many are declared, each point of a sweep counted; of several environments the most."""
    environments: dict[str, Environment] = ABSENT
    """There where several were checked."""
    diagnostics: list[Finding]


class Rule(Form):
    """One rule of a policy."""

    assertion: str = Field(alias="assert")
    level: Level
    scope: Scope
    message: str


class Policy(Form):
    """One policy."""

    name: str
    description: str
    file: str
    line: int
    pinned: bool
    """Whether it is from a folder that the project can't weaken."""
    match: str | None
    rules: list[Rule]
    tests: int


class Policies(Form):
    """What `qctl policy list --json` says."""

    format_version: Version
    policies: list[Policy]


class Tried(Form):
    """How one test of a policy ended."""

    policy: str
    test: str
    file: str
    line: int
    passed: bool
    expected: Expected
    got: Expected
    said: list[str]
    """The messages of the rules that did not hold."""


class PolicyTests(Form):
    """What `qctl policy test --json` says."""

    format_version: Version
    passed: bool
    tests: list[Tried]


class Statement(Form):
    """One statement of AWS."""

    Sid: str
    Effect: str
    Action: list[str]
    Resource: list[str]
    Condition: dict[str, Any] = ABSENT


class IamPolicy(Form):
    """What `qctl iam policy --json` says: a policy document in AWS's own form, which has its own version."""

    Version: str
    Statement: list[Statement]
