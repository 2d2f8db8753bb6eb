"""HybridJob: what a declaration means, and the request that makes it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel

from reconciler.core.address import Address
from reconciler.core.attempt import LOCAL_ACCOUNT, Place
from reconciler.core.declared import Declared, SourceFolder
from reconciler.core.digest import digest, run_digest
from reconciler.core.duration import seconds_of
from reconciler.core.ports import ProjectContext
from reconciler.core.resource import Resource
from reconciler.providers.braket.hybrid_job_spec import ATTRIBUTES, HybridJobSpec
from reconciler.providers.braket.quantum_task import delivery_of
from reconciler.providers.cost_spec import ceiling_of
from reconciler.providers.running import rules_of

_NO_NAME = re.compile(r"[^a-zA-Z0-9-]")
_LONGEST_NAME = 37  # of the 50 characters; a hyphen and 12 of the token come after it


@dataclass(frozen=True, slots=True)
class JobPayload:
    """What the create request needs beyond the digest. `source` is None for an image that holds its own program."""

    declared: Declared
    spec: HybridJobSpec
    source: SourceFolder | None


class HybridJob:
    """One run of a program of one's own beside a device of Amazon Braket."""

    name = "HybridJob"
    cloud = "braket"
    repeats = True
    marks = True
    result: Literal["task", "job", "document"] = "document"
    model: type[BaseModel] = HybridJobSpec
    attributes: Mapping[str, Literal["spec", "late"]] = ATTRIBUTES

    def desired(self, declared: Declared, context: ProjectContext) -> Resource:
        """The resource with its digests; see Kind."""
        spec: HybridJobSpec = declared.spec
        source = declared.folders["source.folder"] if spec.source else None
        entry = spec.source.entry_point if spec.source else ""
        program = digest({"source": source.digest if source else "", "entryPoint": entry, "image": spec.image or ""})
        execution = _execution(spec, context)
        shown = dict(execution)
        if source is not None:
            shown |= {"source": source.digest[:19], "entryPoint": entry}
        if spec.image is not None:
            shown["image"] = spec.image
        return Resource(
            address=declared.address,
            digests=(run_digest(program, execution),),
            program=program,
            execution=shown,
            tags={**context.tags, **spec.tags},
            delivery=delivery_of(spec.output, context),
            rules=rules_of(spec.run),
            depends=declared.depends,
            ceiling=ceiling_of(spec.cost),
            payload=JobPayload(declared, spec, source),
        )


def _execution(spec: HybridJobSpec, context: ProjectContext) -> dict[str, Any]:
    execution: dict[str, Any] = {
        "device": context.devices.get(spec.device, spec.device),
        "role": spec.role,
        "instance": spec.instance.model_dump(by_alias=True),
        "maxRuntime": seconds_of(spec.stopping_condition.max_runtime),
    }
    if spec.hyperparameters:
        execution["hyperparameters"] = dict(spec.hyperparameters)
    if spec.input:
        execution["input"] = dict(spec.input)
    if spec.checkpoint is not None:
        execution["checkpoint"] = spec.checkpoint.model_dump(by_alias=True)
    if spec.reservation is not None:
        execution["reservation"] = spec.reservation
    return execution


def job_name(address: Address, token: str) -> str:
    """A name for people. Names need not be unique on Braket: the token's part tells the runs of an address apart."""
    readable = _NO_NAME.sub("-", address.name)[:_LONGEST_NAME].rstrip("-")
    return f"{readable}-{token[:12]}"


def bucket_of(resource: Resource, place: Place) -> str:
    """The bucket of source and results."""
    return resource.delivery["output.bucket"] or default_bucket(place)


def default_bucket(place: Place) -> str:
    """The one that Braket's SDK makes and takes where nobody names another."""
    return f"amazon-braket-{place.region}-{place.account.removeprefix(LOCAL_ACCOUNT)}"


def source_key(resource: Resource, source: SourceFolder) -> str:
    """Under its digest: equal sources are one object, whoever packed them."""
    return f"{resource.delivery['output.prefix']}/sources/{source.digest}.tar.gz"


def create_request(resource: Resource, token: str, tags: Mapping[str, str], place: Place) -> dict[str, Any]:
    """The parameters of CreateJob, equal on every machine: a repeated token must meet an equal request."""
    payload: JobPayload = resource.payload
    spec, run = payload.spec, resource.execution
    name, bucket = job_name(resource.address, token), bucket_of(resource, place)
    request: dict[str, Any] = {
        "clientToken": token,
        "jobName": name,
        "algorithmSpecification": _algorithm(resource, bucket),
        "deviceConfig": {"device": run["device"]},
        "instanceConfig": {
            "instanceType": spec.instance.type,
            "volumeSizeInGb": spec.instance.volume,
            "instanceCount": spec.instance.count,
        },
        "roleArn": spec.role,
        "stoppingCondition": {"maxRuntimeInSeconds": run["maxRuntime"]},
        "outputDataConfig": {"s3Path": f"s3://{bucket}/{resource.delivery['output.prefix']}/{name}"},
        "tags": dict(tags),
    }
    if spec.hyperparameters:
        request["hyperParameters"] = {key: spec.hyperparameters[key] for key in sorted(spec.hyperparameters)}
    if spec.input:
        request["inputDataConfig"] = [_channel(name, spec.input[name]) for name in sorted(spec.input)]
    if spec.checkpoint is not None:
        request["checkpointConfig"] = {"s3Uri": spec.checkpoint.s3_uri, "localPath": spec.checkpoint.local_path}
    if spec.reservation is not None:
        request["associations"] = [{"arn": spec.reservation, "type": "RESERVATION_TIME_WINDOW_ARN"}]
    return request


def _algorithm(resource: Resource, bucket: str) -> dict[str, Any]:
    payload: JobPayload = resource.payload
    algorithm: dict[str, Any] = {}
    if payload.source is not None and payload.spec.source is not None:
        algorithm["scriptModeConfig"] = {
            "entryPoint": payload.spec.source.entry_point,
            "s3Uri": f"s3://{bucket}/{source_key(resource, payload.source)}",
            "compressionType": "GZIP",
        }
    if payload.spec.image is not None:
        algorithm["containerImage"] = {"uri": payload.spec.image}
    return algorithm


def _channel(name: str, uri: str) -> dict[str, Any]:
    return {"channelName": name, "dataSource": {"s3DataSource": {"s3Uri": uri}}}
