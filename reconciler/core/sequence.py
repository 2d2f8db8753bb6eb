"""A Pulser sequence that a manifest names, with the jobs that would run it: what the checks need to know."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.core.declared import Path, SourceFile
from reconciler.core.diagnostic import Location


@dataclass(frozen=True, slots=True)
class SequenceJob:
    """One job that runs a sequence: its place below the manifest's `spec`, such as ("jobs", 0)."""

    path: Path
    runs: int
    variables: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SequenceUse:
    """A sequence file, where the manifest names it, the device type it is meant for, and its jobs.

    `locate` finds the place of a path below `spec` in the manifest, as `Declared.locate` does.
    """

    source: SourceFile
    path: Path
    device: str
    jobs: tuple[SequenceJob, ...]
    locate: Callable[[Path], Location]
