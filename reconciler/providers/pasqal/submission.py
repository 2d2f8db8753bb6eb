"""What is sent: the bodies of the calls that make something paid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reconciler.core.job import Job
from reconciler.core.resource import Resource
from reconciler.providers.pasqal.batch import BatchPayload
from reconciler.providers.pasqal.tags import encode
from reconciler.providers.pasqal.workload import WorkloadPayload


def batch_body(resource: Resource, tags: Mapping[str, str], jobs: Sequence[Job], project: str) -> dict[str, Any]:
    """Of POST /batches. Our marks are in it: a batch that exists can always be told by them."""
    payload: BatchPayload = resource.payload
    body: dict[str, Any] = {
        "sequence_builder": payload.sequence,
        "webhook": resource.delivery.get("webhook"),
        "jobs": jobs_body(resource, jobs),
        "open": resource.opening.stays(len(resource.jobs or ()), 0),
        "device_type": resource.execution["device"],
        "project_id": project,
        "tags": encode(tags),
    }
    if payload.configuration:
        body["configuration"] = payload.configuration
    if payload.backend is not None:
        body["backend_configuration"] = payload.backend
    return body


def jobs_body(resource: Resource, jobs: Sequence[Job]) -> list[Mapping[str, Any]]:
    """Of POST /batches/{id}/jobs, and within a new batch."""
    payload: BatchPayload = resource.payload
    return [payload.jobs[job.digest] for job in jobs]


def workload_body(resource: Resource, project: str) -> dict[str, Any]:
    """Of POST /workloads."""
    payload: WorkloadPayload = resource.payload
    spec = payload.spec
    return {"workload_type": spec.type, "backend": spec.backend, "config": spec.config, "project_id": project}
