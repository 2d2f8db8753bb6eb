"""What a project is and costs: documents, graph, money, versions."""

from __future__ import annotations

from typing import Any

from reconciler.core.final import Origin
from reconciler.render.forms.form import ABSENT, Amount, Form, Version


class Place(Form):
    """A place in a manifest; left out where there is none."""

    file: str = ABSENT
    line: int = ABSENT
    column: int = ABSENT


class Input(Place):
    """What an expression in a value stood for."""

    expression: str
    source: str


class Alias(Place):
    """The device that an alias means."""

    means: str


class Source(Place):
    """Where a value comes from."""

    origin: Origin
    overlay: str = ABSENT
    inputs: list[Input] = ABSENT
    device: Alias = ABSENT


class Document(Form):
    """One final document."""

    label: str
    document: Any
    sources: dict[str, Source] = ABSENT
    """With --explain: by path."""


class DocumentsForm(Form):
    """What `qctl render --json` says."""

    format_version: Version
    environment: str
    documents: list[Document]


class GraphForm(Form):
    """What `qctl graph --format json` says."""

    format_version: Version
    waits_for: dict[str, list[str]]
    """By address, in the order of work."""


class VersionForm(Form):
    """What `qctl version --json` says."""

    format_version: Version
    qctl: str
    python: str
    canonical_form: str
    plan_format: int
    libraries: dict[str, str | None]
    """Null where one is not installed."""


class Spent(Form):
    """Amounts by currency; `unknown` runs are in none of them."""

    amounts: dict[str, Amount]
    unknown: int


class Sum(Form):
    """What some runs were estimated to cost, and what they cost."""

    key: str
    runs: int
    running: int
    estimated: Spent
    actual: Spent
    estimated_of_actual: Spent
    """The estimates of those whose cost is known."""


class CostForm(Form):
    """What `qctl cost --json` says."""

    format_version: Version
    by: str
    rows: list[Sum]
    total: Sum


class Table(Form):
    """One price table."""

    name: str
    published: str
    origin: str
    digest: str
    note: str
    rows: list[dict[str, Any]]


class PricesForm(Form):
    """What `qctl cost prices --json` says."""

    format_version: Version
    digest: str
    tables: list[Table]
