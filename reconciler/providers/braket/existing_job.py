"""Hybrid jobs that somebody else made: GetJob tells all but what the source says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.core.adoption import Existing
from reconciler.core.attempt import Attempt, Outcome, Place
from reconciler.core.declared import Path
from reconciler.providers.braket.client import BraketClient
from reconciler.providers.braket.job_reading import get_job
from reconciler.providers.braket.task_reading import phase_of

_LONGEST = 432_000  # seconds: what the service takes where nobody says it
Answer = Mapping[str, Any]


def existing_job(client: BraketClient, place: Place, arn: str) -> Existing | None:
    """A job as GetJob tells it. Raises CloudUnavailable."""
    job = get_job(client, place.region, arn)
    if job is None:
        return None
    algorithm = job.get("algorithmSpecification") or {}
    script, image = algorithm.get("scriptModeConfig") or {}, (algorithm.get("containerImage") or {}).get("uri")
    execution = _execution(job)
    spec = {name: value for name, value in execution.items() if name != "maxRuntime"}
    spec["stoppingCondition"] = {"maxRuntime": f"{execution['maxRuntime']}s"}
    files: dict[Path, str] = {}
    if script:
        execution["entryPoint"] = script.get("entryPoint", "")
        spec["source"], files["source", "folder"] = {"folder": "", "entryPoint": execution["entryPoint"]}, ""
    if image:
        execution["image"] = spec["image"] = image
    attempt = Attempt(
        token="",
        digest="",
        program="",
        generation=1,
        number=1,
        place=place,
        execution=execution,
        intended=str(job["createdAt"]),
        outcome=Outcome.ACCEPTED,
        id=arn,
        status=str(job["status"]),
        phase=phase_of(str(job["status"])),
        submitted=str(job["createdAt"]),
        ended=str(job.get("endedAt") or ""),
        failure=str(job.get("failureReason") or ""),
        output=str((job.get("outputDataConfig") or {}).get("s3Path") or ""),
        tags=job.get("tags") or {},
    )
    return Existing("HybridJob", attempt, {"source": "program"}, spec, files)


def _execution(job: Answer) -> dict[str, Any]:
    """In the words of a plan (hybrid_job.py)."""
    instance, checkpoint = job["instanceConfig"], job.get("checkpointConfig") or {}
    channels = {c["channelName"]: c["dataSource"]["s3DataSource"]["s3Uri"] for c in job.get("inputDataConfig") or ()}
    execution: dict[str, Any] = {
        "device": (job.get("deviceConfig") or {}).get("device", ""),
        "role": job["roleArn"],
        "instance": {
            "type": instance["instanceType"],
            "volume": instance["volumeSizeInGb"],
            "count": instance.get("instanceCount") or 1,
        },
        "maxRuntime": (job.get("stoppingCondition") or {}).get("maxRuntimeInSeconds") or _LONGEST,
    }
    if parameters := job.get("hyperParameters"):
        execution["hyperparameters"] = dict(parameters)
    if channels:
        execution["input"] = channels
    if "s3Uri" in checkpoint:
        local = checkpoint.get("localPath") or "/opt/jobs/checkpoints"
        execution["checkpoint"] = {"s3Uri": checkpoint["s3Uri"], "localPath": local}
    reserved = [a["arn"] for a in job.get("associations") or () if "RESERVATION" in str(a.get("type"))]
    return execution | ({"reservation": reserved[0]} if reserved else {})
