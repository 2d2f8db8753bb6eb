"""Batches, jobs and workloads as the API tells of them."""

import json
from typing import Any

from reconciler.emulator.clock import moment
from reconciler.emulator.pasqal.lifecycle import Life, job_life
from reconciler.emulator.pasqal.row import Job
from reconciler.emulator.pasqal.store import Known


def iso(time: int | None) -> str | None:
    return None if time is None else moment(time).isoformat(timespec="microseconds")


def batch_shape(found: Known, now: int, with_jobs: bool = False) -> dict[str, Any]:
    """A batch, without its sequence."""
    batch, life = found.batch, found.life
    shape = {
        "id": batch.id,
        "parent_id": batch.parent_id,
        "status": life.status,
        "open": life.open,
        "complete": not life.open,
        "priority": 10,
        "queue_priority": batch.queue_priority,
        "device_type": batch.device_type,
        "device_status": None,
        "project_id": batch.project_id,
        "user_id": batch.user_id,
        "created_at": iso(batch.created_at),
        "updated_at": iso(max(batch.updated_at, life.started or 0, life.ended or 0)),
        "start_datetime": iso(life.started),
        "end_datetime": iso(life.ended),
        "jobs_count": len(found.jobs),
        "jobs_count_per_status": life.counts,
        "tags": json.loads(batch.tags),
        "webhook": batch.webhook,
        "configuration": None if batch.configuration is None else json.loads(batch.configuration),
        "backend_configuration": batch.backend_configuration,
    }
    if with_jobs:
        shape["jobs"] = [job_shape(job, found, now) for job in found.jobs]
    return shape


def job_shape(job: Job, found: Known, now: int) -> dict[str, Any]:
    """A job, without its sequence and its result."""
    life = job_life(job, now)
    return {
        "id": job.id,
        "batch_id": job.batch_id,
        "parent_id": job.parent_id,
        "project_id": found.batch.project_id,
        "user_id": found.batch.user_id,
        "status": life.status,
        "runs": job.runs,
        "variables": json.loads(job.variables),
        "errors": json.loads(job.errors) if job.errors else [],
        **times(job.created_at, life),
    }


def times(created_at: int, life: Life) -> dict[str, str | None]:
    return {
        "created_at": iso(created_at),
        "updated_at": iso(max(created_at, life.started or 0, life.ended or 0)),
        "start_timestamp": iso(life.started),
        "end_timestamp": iso(life.ended),
    }
