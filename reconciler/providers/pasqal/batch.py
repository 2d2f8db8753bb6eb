"""Batch: what a declaration means, and what is sent for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel

from reconciler.core.address import key_text
from reconciler.core.declared import Declared, SourceFile
from reconciler.core.device_name import pasqal_type
from reconciler.core.digest import digest, run_digest
from reconciler.core.duration import seconds_of
from reconciler.core.job import Job, Opening, job_digest
from reconciler.core.plain import plain
from reconciler.core.ports import ProjectContext
from reconciler.core.resource import Resource
from reconciler.core.sequence import SequenceJob, SequenceUse
from reconciler.core.simulation import Trial
from reconciler.providers.cost_spec import ceiling_of
from reconciler.providers.expect_spec import expectation_of
from reconciler.providers.pasqal.batch_spec import ATTRIBUTES, BatchSpec, JobCount, JobSpec
from reconciler.providers.pasqal.json_text import meaning_sha
from reconciler.providers.pasqal.tags import name_of
from reconciler.providers.running import rules_of

_SHORT = 16  # hexadecimal characters of a digest that people see


@dataclass(frozen=True, slots=True)
class BatchPayload:
    """What the calls need beyond the digests: texts as they are uploaded, and each job's wire form by its digest."""

    declared: Declared
    sequence: str | None
    backend: str | None
    jobs: Mapping[str, Mapping[str, Any]]
    configuration: Mapping[str, Any]


class Batch:
    """Jobs on one device of Pasqal, each paid once."""

    name = "Batch"
    cloud = "pasqal"
    repeats = False
    marks = True
    result: Literal["task", "job", "document"] = "job"
    model: type[BaseModel] = BatchSpec
    attributes: Mapping[str, Literal["spec", "late"]] = ATTRIBUTES

    def desired(self, declared: Declared, context: ProjectContext) -> Resource:
        """The resource with its jobs; see Kind."""
        spec: BatchSpec = declared.spec
        files = _Files.of(declared)
        device = pasqal_type(context.devices.get(spec.device, spec.device))
        shared = meaning_sha(files.shared.text) if files.shared else ""
        backend = meaning_sha(files.backend.text) if files.backend else ""
        program, batch = batch_identity(shared, backend, spec.configuration, device)
        jobs = tuple(_job(batch, job, files.own.get(at), at) for at, job in enumerate(spec.jobs))
        wire = {job.digest: _wire(spec.jobs[at], files.own.get(at)) for at, job in enumerate(jobs)}
        return Resource(
            address=declared.address,
            digests=(batch,),
            program=program,
            execution=shown_batch(device, shared, backend, spec.configuration),
            tags=_tags(spec.tags, context.tags),
            delivery={"webhook": spec.webhook} if spec.webhook else {},
            rules=rules_of(spec.run),
            depends=declared.depends,
            ceiling=ceiling_of(spec.cost),
            payload=BatchPayload(
                declared,
                files.shared.text if files.shared else None,
                files.backend.text if files.backend else None,
                wire,
                spec.configuration,
            ),
            jobs=jobs,
            opening=_opening(spec),
            sequences=tuple(_uses(declared, files, device)),
            expect=expectation_of(spec.expect, context.simulate),
        )

    def trials(self, resource: Resource) -> list[Trial]:
        """Each job with its sequence and values, as they would be sent; see Trying."""
        payload: BatchPayload = resource.payload
        device = str(resource.execution["device"])
        return [_trial(job, payload.jobs[job.digest], payload.sequence or "", device) for job in resource.jobs or ()]


@dataclass(frozen=True, slots=True)
class _Files:
    """The texts of a declaration; `own` are those of jobs, by their place in the list."""

    shared: SourceFile | None
    backend: SourceFile | None
    own: Mapping[int, SourceFile]

    @classmethod
    def of(cls, declared: Declared) -> _Files:
        spec: BatchSpec = declared.spec
        files = declared.files
        own = {at: files[f"jobs.{at}.sequence"] for at, job in enumerate(spec.jobs) if job.sequence is not None}
        return cls(files.get("sequence"), files.get("backendConfiguration"), own)


def _job(batch: str, job: JobSpec, own: SourceFile | None, at: int) -> Job:
    sequence = meaning_sha(own.text) if own else ""
    shown: dict[str, Any] = {"runs": job.runs}
    if job.variables:
        shown["variables"] = job.variables
    if sequence:
        shown["sequence"] = sequence[:_SHORT]
    return Job(job_digest(batch, job.runs, plain(job.variables), sequence), shown, _label(job, at))


def _label(job: JobSpec, at: int) -> str:
    """The point of the sweep, or the number in the list. Once expanded, each list of a matrix holds one value."""
    if not job.matrix:
        return str(at + 1)
    return ", ".join(f"{name}={key_text(job.matrix[name][0])}" for name in sorted(job.matrix))


def _trial(job: Job, wire: Mapping[str, Any], shared: str, device: str) -> Trial:
    return Trial(job.digest, "pulser", wire.get("sequence", shared), wire.get("variables", {}), device, job.label)


def _wire(job: JobSpec, own: SourceFile | None) -> dict[str, Any]:
    """The job as the API takes it; numbers as they are written."""
    made: dict[str, Any] = {"runs": job.runs}
    if job.variables:
        made["variables"] = job.variables
    if own:
        made["sequence"] = own.text
    return made


def batch_identity(shared: str, backend: str, configuration: Mapping[str, Any], device: str) -> tuple[str, str]:
    """The digests of the program and of all that the jobs share; `shared` and `backend` are of the texts, or empty.

    Raises ValueError on what is no JSON.
    """
    program = digest({"sequence": shared})
    execution = {"backendConfiguration": backend, "configuration": plain(dict(configuration)), "device": device}
    return program, run_digest(program, execution)


def shown_batch(device: str, shared: str, backend: str, configuration: Mapping[str, Any]) -> dict[str, Any]:
    """What jobs share, in the words of a plan."""
    shown: dict[str, Any] = {"device": device}
    if shared:
        shown["sequence"] = shared[:_SHORT]
    if configuration:
        shown["configuration"] = configuration
    if backend:
        shown["backendConfiguration"] = backend[:_SHORT]
    return shown


def _tags(own: Sequence[str], project: Mapping[str, str]) -> dict[str, str]:
    """The project's `key: value` is the tag `key=value`, unless the batch says something of that key itself."""
    named = {name_of(tag) for tag in own}
    inherited = [f"{key}={value}" for key, value in project.items() if key not in named]
    return dict.fromkeys((*inherited, *own), "")


def _opening(spec: BatchSpec) -> Opening:
    if isinstance(spec.close_after, JobCount):
        return Opening(spec.open, jobs=spec.close_after.jobs)
    return Opening(spec.open, seconds=seconds_of(spec.close_after) if spec.close_after else None)


def _uses(declared: Declared, files: _Files, device: str) -> Iterator[SequenceUse]:
    """Each sequence once, with the jobs that run it."""
    spec: BatchSpec = declared.spec
    locate = declared.locate
    if files.shared:
        jobs = [_run(job, at) for at, job in enumerate(spec.jobs) if at not in files.own]
        yield SequenceUse(files.shared, ("sequence",), device, tuple(jobs), locate)
    places: dict[tuple[str, str], list[int]] = {}
    for at, source in files.own.items():
        places.setdefault((source.name, source.text), []).append(at)
    for at, *more in places.values():
        jobs = [_run(spec.jobs[i], i) for i in (at, *more)]
        yield SequenceUse(files.own[at], ("jobs", at, "sequence"), device, tuple(jobs), locate)


def _run(job: JobSpec, at: int) -> SequenceJob:
    return SequenceJob(("jobs", at), job.runs, job.variables)
