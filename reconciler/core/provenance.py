"""Where a result is from: the run, its program, device and cost, the command that paid for it, and its own digest.

Plain data here; `render/jsonld.py` says the same in the terms of W3C PROV. What is unknown is null, and its name stands
in `unknown`, so that nobody takes a gap for a zero.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from reconciler.core.account import applied_to_json
from reconciler.core.attempt import LOCAL_ACCOUNT, Attempt
from reconciler.core.estimate import Estimate
from reconciler.core.freshness import CALIBRATED, CAPABILITIES
from reconciler.core.history import LogEntry
from reconciler.core.job import Job
from reconciler.core.ports import ProjectContext


@dataclass(frozen=True, slots=True)
class Result:
    """The bytes of a result as they are stored, and the file that they are in; empty: in none."""

    data: bytes
    file: str = ""


@dataclass(frozen=True, slots=True)
class Tools:
    """What writes it down."""

    qctl: str
    libraries: Mapping[str, str]


def provenance(
    project: ProjectContext,
    address: str,
    attempt: Attempt,
    job: Job | None,
    result: Result,
    applied: LogEntry | None,
    tools: Tools,
) -> dict[str, Any]:
    """The document about one result."""
    data: dict[str, Any] = {
        "format_version": 1,
        "project": {"name": project.name, "uid": project.uid},
        "environment": project.environment,
        "address": address,
        "result": {
            "file": result.file or None,
            "bytes": len(result.data),
            "sha256": sha256(result.data).hexdigest(),
            "location": attempt.output or None,
        },
        "run": _run(attempt, job),
        "device": {
            "id": attempt.execution.get("device"),
            "capabilities": attempt.facts.get(CAPABILITIES),
            "calibrated": attempt.facts.get(CALIBRATED),
        },
        "times": _times(attempt),
        "cost": {"estimate": _price(attempt.estimate), "actual": _price(attempt.actual)},
        "applied": applied_to_json(applied) if applied else None,
        "written_by": {"qctl": tools.qctl, "libraries": dict(tools.libraries)},
    }
    return data | {"unknown": sorted(_unknown(data))}


def _run(attempt: Attempt, job: Job | None) -> dict[str, Any]:
    place = attempt.place
    return {
        "token": attempt.token,
        "digest": attempt.digest,
        "program_digest": attempt.program,
        "generation": attempt.generation,
        "attempt": attempt.number,
        "id": attempt.id,
        "status": attempt.status or None,
        "cloud": place.cloud,
        "account": place.account,
        "region": place.region or None,
        "local": place.account.startswith(LOCAL_ACCOUNT),
        "execution": dict(attempt.execution),
        "program_set_member": attempt.member if attempt.group else None,
        "paid_in_environment": attempt.shared or None,
        "job": {"id": job.id, "label": job.label, "digest": job.digest} if job is not None else None,
    }


def _times(attempt: Attempt) -> dict[str, str | None]:
    """When it began to run no cloud tells: between these two it waited and ran."""
    times = {"intended": attempt.intended, "submitted": attempt.submitted, "ended": attempt.ended, "started": ""}
    return {name: text or None for name, text in times.items()}


def _price(estimate: Estimate) -> dict[str, str | None] | None:
    if not estimate:
        return None
    return {name: estimate.get(name) for name in ("least", "expected", "most", "currency", "basis")}


_MAY_BE_ABSENT = frozenset({"result.file", "run.program_set_member", "run.paid_in_environment", "run.job"})


def _unknown(data: Mapping[str, Any], path: Sequence[str] = ()) -> Iterator[str]:
    """The names of what would be there if it were known."""
    for name, value in data.items():
        here = (*path, name)
        if value is None and ".".join(here) not in _MAY_BE_ABSENT:
            yield ".".join(here)
        elif isinstance(value, Mapping) and name not in ("execution", "ci", "libraries"):
            yield from _unknown(value, here)
