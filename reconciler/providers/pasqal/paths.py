"""The paths of the API that we use, below its core address (http_client.py of pasqal-cloud 0.24)."""

from __future__ import annotations

from typing import Final

BATCHES: Final = "/api/v1/batches"
JOBS: Final = "/api/v2/jobs"
NEW_WORKLOAD: Final = "/api/v1/workloads"
WORKLOADS: Final = "/api/v2/workloads"  # REST only: Pasqal's own client can't list them
DEVICES: Final = "/api/v2/devices"  # REST only
SPECS: Final = "/api/v1/devices/specs"


def batch(id_: str) -> str:
    """GET: the batch without its jobs."""
    return f"/api/v2/batches/{id_}"


def batch_jobs(id_: str) -> str:
    """POST: more jobs."""
    return f"/api/v2/batches/{id_}/jobs"


def batch_tags(id_: str) -> str:
    """PATCH: all tags anew."""
    return f"/api/v1/batches/{id_}/tags"


def close_batch(id_: str) -> str:
    """PATCH: no more jobs."""
    return f"/api/v2/batches/{id_}/complete"


def cancel_batch(id_: str) -> str:
    """PATCH."""
    return f"/api/v2/batches/{id_}/cancel"


def cancel_jobs(id_: str) -> str:
    """PATCH, with the ids in the query. Without one it would mean all of them."""
    return f"/api/v2/batches/{id_}/cancel/jobs"


def job(id_: str) -> str:
    """GET: the job with its own sequence."""
    return f"/api/v2/jobs/{id_}"


def results_link(id_: str) -> str:
    """GET: where the result of a job is for a while."""
    return f"/api/v1/jobs/{id_}/results_link"


def workload(id_: str) -> str:
    """GET."""
    return f"/api/v2/workloads/{id_}"


def cancel_workload(id_: str) -> str:
    """PUT."""
    return f"/api/v1/workloads/{id_}/cancel"
