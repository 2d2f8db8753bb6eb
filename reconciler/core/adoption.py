"""An existing run that a declaration takes over: which one, and whether it is what is declared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from reconciler.core.attempt import Attempt
from reconciler.core.declared import Path
from reconciler.core.plain import plain
from reconciler.core.resource import Resource

_WRITTEN: Mapping[str, Path] = {"start": ("period", "start"), "end": ("period", "end")}


@dataclass(frozen=True, slots=True)
class Existing:
    """What a cloud tells of one run. The attempt has no identity of ours; its `execution` is in the words of a plan.

    `hidden` are names of the execution that the cloud never tells, each with the word that accepts it. `spec` and
    `files` are what a manifest would say of it: a text of `files` belongs at its path of the spec, and is empty where
    the cloud does not tell it. `refusal` says why no declaration can be of it.
    """

    kind: str
    attempt: Attempt
    hidden: Mapping[str, str] = field(default_factory=dict)
    spec: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[Path, str] = field(default_factory=dict)
    refusal: str = ""
    tags: tuple[str, ...] = ()  # where they are a set


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is declared otherwise than it is; `path` is that of the spec."""

    name: str
    path: Path
    declared: Any
    found: Any


def differences(resource: Resource, existing: Existing) -> Iterator[Difference]:
    """Everything that the cloud tells and that is declared otherwise."""
    wanted, told = resource.execution, existing.attempt.execution
    for name in sorted(wanted.keys() | told.keys()):
        if name not in existing.hidden and plain(wanted.get(name)) != plain(told.get(name)):
            yield Difference(name, (name,), wanted.get(name), told.get(name))
    standing = existing.attempt.settings
    for name, value in sorted((resource.settings or {}).items()):
        if standing.get(name) != value:
            yield Difference(name, _WRITTEN.get(name, (name,)), value, standing.get(name))
    if resource.jobs is not None:
        yield from _jobs(resource, existing.attempt)


def _jobs(resource: Resource, attempt: Attempt) -> Iterator[Difference]:
    if attempt.digest != resource.digest:
        return  # what they share differs: nothing can be said of each
    declared, found = (Counter(j.digest for j in jobs) for jobs in (resource.jobs or (), attempt.jobs))
    missing, more = (declared - found).total(), (found - declared).total()
    if missing or more:
        yield Difference("jobs", ("jobs",), f"{missing} that it has not", f"{more} that are not declared")


def on_trust(resource: Resource, existing: Existing) -> frozenset[str]:
    """The words that must be accepted, for nobody can compare what they stand for."""
    return frozenset(word for name, word in existing.hidden.items() if name in resource.execution)
