"""A job of a batch: one paid piece of a run that has several. What is wanted, and what is known of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from reconciler.core.digest import digest
from reconciler.core.phase import ENDS, UNFINISHED, Phase


@dataclass(frozen=True, slots=True)
class Job:
    """A wanted job has no id yet. `digest` is all that is paid for; `shown` says it in the words of the plan.

    `label` is for people: its place in the sweep, or its number. `running`: too late to cancel it. `foreign`: somebody
    else put it into our batch. `status` is the cloud's own word.
    """

    digest: str
    shown: Mapping[str, Any]
    label: str = ""
    id: str = ""
    status: str = ""
    phase: Phase = Phase.OPEN
    failure: str = ""
    running: bool = False
    foreign: bool = False

    @property
    def open(self) -> bool:
        """Whether it is not finished, as far as we know."""
        return self.phase in UNFINISHED


@dataclass(frozen=True, slots=True)
class Adding:
    """Jobs sent to an open batch by a call whose outcome nobody recorded. `before` are the ids it had by then.

    `doubted`: when the call ended without an answer; empty: it never ended for us.
    """

    at: str
    jobs: tuple[Job, ...]
    before: tuple[str, ...]
    doubted: str = ""
    estimate: Mapping[str, str] = field(default_factory=dict)  # what the plan said that these jobs cost


@dataclass(frozen=True, slots=True)
class Opening:
    """How long a batch takes more jobs: not at all, or until it has so many, or until it is so old (seconds)."""

    open: bool = False
    jobs: int | None = None
    seconds: float | None = None

    def stays(self, jobs: int, age: float) -> bool:
        """Whether a batch with so many jobs and of this age in seconds is still to take more."""
        full = self.jobs is not None and jobs >= self.jobs
        over = self.seconds is not None and age >= self.seconds
        return self.open and not full and not over


def job_digest(batch: str, runs: int, variables: Mapping[str, Any], sequence: str) -> str:
    """What is paid for one job. `batch` is the digest of what all jobs share, `sequence` that of its own, or empty.

    `variables` as in `core.plain.plain`: services give back 1 for 1.0.
    """
    return digest({"batch": batch, "runs": runs, "variables": variables, "sequence": sequence})


def claim(wanted: Sequence[Job], seen: Iterable[Job]) -> tuple[list[Job], list[Job], list[Job]]:
    """Give each wanted job one that was seen and is the same run: (found, still missing, not asked for).

    A found job has the wanted one's label and the seen one's id and status. By content, for no call answers with the
    order it was sent in.
    """
    left: dict[str, list[Job]] = {}
    for job in seen:
        left.setdefault(job.digest, []).append(job)
    found, missing = [], []
    for want in wanted:
        same = left.get(want.digest)
        if same:
            found.append(replace(same.pop(0), label=want.label, shown=want.shown, foreign=False))
        else:
            missing.append(want)
    return found, missing, [job for jobs in left.values() for job in jobs]


def merged(known: Job, seen: Job) -> Job:
    """What we know after another look: what ended does not begin again."""
    if known.phase in ENDS and seen.phase not in ENDS:
        return known
    failure = seen.failure or known.failure
    return replace(known, status=seen.status, phase=seen.phase, running=seen.running, failure=failure)


def job_to_json(job: Job) -> dict[str, Any]:
    """A plain object without the fields that have their default."""
    data: dict[str, Any] = {"digest": job.digest, "shown": dict(job.shown)}
    for name in ("label", "id", "status", "failure", "running", "foreign"):
        if value := getattr(job, name):
            data[name] = value
    if job.phase is not Phase.OPEN:
        data["phase"] = job.phase
    return data


def job_from_json(data: Mapping[str, Any]) -> Job:
    """The job back. Raises KeyError, TypeError or ValueError on anything else."""
    values = dict(data)
    if "phase" in values:
        values["phase"] = Phase(values["phase"])
    return Job(**values)


def adding_to_json(adding: Adding) -> dict[str, Any]:
    """A plain object."""
    data: dict[str, Any] = {"at": adding.at, "jobs": [job_to_json(j) for j in adding.jobs]}
    data["before"] = list(adding.before)
    if adding.doubted:
        data["doubted"] = adding.doubted
    return {**data, "estimate": dict(adding.estimate)} if adding.estimate else data


def adding_from_json(data: Mapping[str, Any]) -> Adding:
    """The call back. Raises KeyError, TypeError or ValueError on anything else."""
    jobs = tuple(job_from_json(j) for j in data["jobs"])
    return Adding(data["at"], jobs, tuple(data["before"]), data.get("doubted", ""), data.get("estimate", {}))
