"""Check the sequences of what is about to be submitted, on this machine, before anything is spent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from reconciler.core.diagnostic import Diagnostic, Location, Severity
from reconciler.core.resource import Resource
from reconciler.core.sequence import SequenceUse

if TYPE_CHECKING:
    from reconciler.simulate.sequence_finding import Finding

_LONGEST = 2_000  # characters of a line to be shown; a sequence is often one line
Specs = Callable[[Iterable[str]], Mapping[str, str]]


def check_sequences(resources: Sequence[Resource], specs: Specs | None = None) -> list[Diagnostic]:
    """What is wrong with their sequences and the variables of their jobs, each at its line.

    `specs` asks the cloud what devices say of themselves; without it only the device in the sequence itself counts.
    """
    uses = [(resource, use) for resource in resources for use in resource.sequences]
    if not uses:
        return []
    devices = dict(specs({use.device for _, use in uses})) if specs else {}
    return [found for resource, use in uses for found in _check(resource, use, devices.get(use.device))]


def _check(resource: Resource, use: SequenceUse, spec: str | None) -> Iterator[Diagnostic]:
    # Here and not above: a project without sequences never needs the schema library, let alone Pulser.
    from reconciler.simulate.sequence_check import check_physics, check_text

    text = use.source.text
    for finding in [*check_text(text, use.jobs), *check_physics(text, use.jobs, spec, use.device)]:
        yield _diagnostic(resource, use, finding)


def _diagnostic(resource: Resource, use: SequenceUse, finding: Finding) -> Diagnostic:
    from reconciler.simulate.sequence_finding import SUMMARIES

    where = _place(resource, use, finding)
    severity = Severity(finding.severity)
    summary = SUMMARIES[finding.code]
    return Diagnostic(finding.code, summary, finding.detail, finding.remedy, where, str(resource.address), severity)


def _place(resource: Resource, use: SequenceUse, finding: Finding) -> Location:
    """A place in the sequence's own text where there is one, else the manifest's line."""
    if finding.job is not None:
        return use.locate((*finding.job.path, *finding.path))
    if finding.line:
        lines = use.source.text.splitlines()
        excerpt = lines[finding.line - 1][:_LONGEST] if finding.line <= len(lines) else ""
        return Location(use.source.name, finding.line, finding.column, excerpt=excerpt)
    return use.locate(use.path)
