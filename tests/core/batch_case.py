"""Batches in cases of the truth table: each job in a few words, such as `a DONE` or `b RUNNING foreign`.

The letter is what the job runs. Without a status it was sent, and nobody has seen it yet: it has no id.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from reconciler.core.address import Address
from reconciler.core.attempt import Attempt
from reconciler.core.change import Change
from reconciler.core.job import Adding, Job, Opening
from reconciler.core.job_change import JobChange
from reconciler.core.phase import Phase
from reconciler.core.resource import Resource

SWEEP = Address("Batch", "sweep")
_PHASES = {"DONE": Phase.DONE, "ERROR": Phase.FAILED, "CANCELED": Phase.CANCELLED, "CANCELING": Phase.CLOSING}
_FAILURES = {"ERROR": "the laser was off"}


def with_jobs(resource: Resource, jobs: list[str], more: Mapping[str, Any]) -> Resource:
    """The resource as a batch of these jobs; `more`: open, closeAfter with jobs or seconds."""
    wanted = tuple(Job(_digest(letter), {"runs": 100}, str(n + 1)) for n, letter in enumerate(jobs))
    after = more.get("closeAfter") or {}
    return replace(resource, jobs=wanted, opening=Opening(more.get("open", False), **after))


def batch_attempt(attempt: Attempt, jobs: list[str], more: Mapping[str, Any]) -> Attempt:
    """The attempt as a batch with these jobs; `more`: accepting, adding (what was sent to it, outcome unknown)."""
    known = tuple(_job(text, f"{attempt.id}.{n + 1}", str(n + 1)) for n, text in enumerate(jobs))
    sent = tuple(_job(text, "", "") for text in more.get("adding", []))
    adding = Adding("2026-01-02T06:00:00.000Z", sent, tuple(j.id for j in known)) if sent else None
    return replace(attempt, jobs=known, accepting=more.get("accepting", False), adding=adding)


def plain_jobs(change: Change) -> list[str]:
    """What becomes of each job, a line each."""
    return [_line(c) for c in change.jobs]


def _line(change: JobChange) -> str:
    job = change.job
    who = " ".join(filter(None, [f"{job.label or '-'}:", job.digest[-1], job.id and f"({job.id})"]))
    warning = f" [{change.warning}]" if change.warning else ""
    return f"{who} {change.action}: {change.reason}{warning}"


def called(jobs: tuple[Job, ...]) -> str:
    """The jobs of a call: their ids, or what they run."""
    return "jobs " + " ".join(job.id or job.digest[-1] for job in jobs)


def _digest(letter: str) -> str:
    return f"q1-job-{letter}"


def _job(text: str, run_id: str, label: str) -> Job:
    letter, *words = text.split()
    status = next((word for word in words if word != "foreign"), "")
    return Job(
        _digest(letter),
        {"runs": 100},
        label,
        id=run_id if status else "",
        status=status,
        phase=_PHASES.get(status, Phase.OPEN),
        failure=_FAILURES.get(status, ""),
        running=status == "RUNNING",
        foreign="foreign" in words,
    )
