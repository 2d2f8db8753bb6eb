"""Batches with their jobs as the ledger makes them, for every test of this room."""

from __future__ import annotations

from typing import Any

from reconciler.core.address import parse_address
from reconciler.core.attempt import Attempt, Place
from reconciler.core.change import Action, Change, FieldChange
from reconciler.core.event import Verb
from reconciler.core.fields import FieldClass
from reconciler.core.job import Job
from reconciler.core.job_change import JobAction, JobChange
from reconciler.core.operation import Operation
from reconciler.core.phase import Phase
from reconciler.core.resource import Resource
from tests.render.samples import attempt

BATCH = parse_address("Batch/sweep")
BATCH_ID = "5b7c1d9e-0000-4000-8000-000000000001"
EXECUTION = {"device": "EMU_FREE", "sequence": "8f14e45fceea167a"}


def job(label: str = "1", status: str = "", phase: Phase = Phase.OPEN, **more: Any) -> Job:
    values: dict[str, Any] = {
        "digest": f"j1-{label}",
        "shown": {"runs": 100, "variables": {"ts": [200, 500], "omega": float(len(label))}},
        "label": label,
        "id": f"00000000-0000-4000-8000-00000000000{label}" if status else "",
        "status": status,
        "phase": phase,
    }
    return Job(**{**values, **more})


def batch(*jobs: Job, status: str = "RUNNING", phase: Phase = Phase.OPEN, **more: Any) -> Attempt:
    place = Place("pasqal", "local-pasqal", "eu")
    values = {"place": place, "id": BATCH_ID, "execution": EXECUTION, "jobs": jobs}
    return attempt(status, phase, **{**values, **more})


def wanted(*jobs: Job) -> Resource:
    tags = {"rydberg": "", "team=lab-3": ""}
    return Resource(BATCH, ("q1-" + "0" * 64,), "q1-" + "1" * 64, EXECUTION, tags, jobs=jobs)


def new_batch(*jobs: Job) -> Change:
    """All its jobs are new."""
    create = Operation(Verb.CREATE, BATCH, "b" * 64, number=1, resource=wanted(*jobs), jobs=jobs)
    told = tuple(JobChange(j, JobAction.SUBMIT, "declared, and never submitted") for j in jobs)
    reason = f"declared, and nothing was ever accepted for it: {len(jobs)} jobs"
    return Change(BATCH, Action.CREATE, reason, operations=(create,), jobs=told)


def every_job() -> Change:
    """An open batch in which each job has another fate; it is closed and gets another tag."""
    told = (
        JobChange(job("1", "DONE", Phase.DONE), JobAction.NONE, "already paid", BATCH_ID),
        JobChange(job("2", "RUNNING"), JobAction.NONE, "in progress: RUNNING", BATCH_ID),
        JobChange(
            job("3", "ERROR", Phase.FAILED), JobAction.RETRY, "ended ERROR; run.retry allows try 2 of 3", BATCH_ID
        ),
        JobChange(job("4"), JobAction.SUBMIT, "declared, and never submitted"),
        JobChange(job("5", "PENDING"), JobAction.CANCEL, "no longer declared", BATCH_ID),
        JobChange(job("6", "ERROR", Phase.FAILED), JobAction.NONE, "ended ERROR", BATCH_ID, "ended ERROR: no\nlaser"),
        JobChange(
            job("", "DONE", Phase.DONE, id="f00d", foreign=True),
            JobAction.NONE,
            "not of this manifest: somebody else added it, and it is left alone",
        ),
    )
    sent, gone = (told[2].job, told[3].job), (told[4].job,)
    calls = (
        Operation(Verb.CANCEL_JOBS, BATCH, "a" * 64, id=BATCH_ID, jobs=gone),
        Operation(Verb.ADD, BATCH, "a" * 64, id=BATCH_ID, resource=wanted(*sent), jobs=sent),
        Operation(Verb.CLOSE, BATCH, "a" * 64, id=BATCH_ID),
        Operation(Verb.TAG, BATCH, "a" * 64, id=BATCH_ID, put={"team=lab-4": ""}, drop=("team=lab-3",)),
    )
    fields = (
        FieldChange("open", FieldClass.MUTABLE, True, False),
        FieldChange("tags.team=lab-4", FieldClass.MUTABLE, None, ""),
        FieldChange("tags.team=lab-3", FieldClass.MUTABLE, "", None),
    )
    reason = "updated in place: 2 jobs to add to the open batch, 1 of them tried again; 1 job to cancel"
    run = batch(*(c.job for c in told if c.job.id), accepting=True)
    return Change(BATCH, Action.UPDATE, reason, fields, calls, run, jobs=told)
