"""Batches and workloads that somebody else made: Pasqal tells all of them, their sequences too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from reconciler.core.adoption import Existing
from reconciler.core.declared import Path
from reconciler.core.job import Job
from reconciler.core.mark import KEYED
from reconciler.providers.kind import CloudUnavailable
from reconciler.providers.pasqal import paths
from reconciler.providers.pasqal.answers import Item
from reconciler.providers.pasqal.batch import batch_identity, shown_batch
from reconciler.providers.pasqal.client import PasqalClient
from reconciler.providers.pasqal.finding import Finder
from reconciler.providers.pasqal.job_reading import jobs_of
from reconciler.providers.pasqal.json_text import meaning_sha
from reconciler.providers.pasqal.reading import is_accepting, tags_of
from reconciler.providers.pasqal.tags import decode


def existing_batch(client: PasqalClient, finder: Finder, id_: str, *, whole: bool) -> Existing | None:
    """A batch with its jobs. Raises CloudUnavailable."""
    batch = finder.reader.batch(id_)
    if batch is None or not _is_ours(client, batch):
        return None
    sequence, backend = _text(batch, "sequence_builder"), _text(batch, "backend_configuration")
    configuration = batch.get("configuration")
    settings: Mapping[str, Any] = configuration if isinstance(configuration, dict) else {}
    tags = decode(tags_of(batch) or ())
    attempt = finder.attempt_of(batch, tags)
    shared, other = meaning_sha(sequence) if sequence else "", meaning_sha(backend) if backend else ""
    device = str(attempt.execution.get("device", ""))
    try:
        program, digest = batch_identity(shared, other, settings, device)
    except (ValueError, RecursionError) as error:  # numbers beyond all bounds: no manifest asks for them
        raise CloudUnavailable(f"the configuration of batch {id_} can't be read") from error
    execution = shown_batch(device, shared, other, settings)
    attempt = replace(attempt, token="", digest=digest, program=program, execution=execution, owned=())
    attempt = replace(attempt, jobs=jobs_of(client, attempt))
    found = Existing("Batch", attempt)
    if not whole:
        return found
    spec, files = _spec(client, batch, attempt.jobs, device)
    if settings:
        spec["configuration"] = settings
    if sequence:
        spec["sequence"], files["sequence",] = "", sequence
    if backend:
        spec["backendConfiguration"], files["backendConfiguration",] = "", backend
    plain_tags = tuple(text for text in tags if text not in KEYED)
    return replace(found, spec=spec, files=files, tags=plain_tags)


def existing_workload(client: PasqalClient, finder: Finder, id_: str) -> Existing | None:
    """A workload, all of which is its content. Raises CloudUnavailable."""
    item = finder.reader.workload(id_)
    if item is None or not _is_ours(client, item):
        return None
    attempt = finder.workload_of(item).attempt
    return Existing("Workload", attempt, spec=dict(attempt.execution))


def _is_ours(client: PasqalClient, item: Item) -> bool:
    return bool(item.get("project_id", client.project_id) == client.project_id)


def _text(item: Item, key: str) -> str:
    value = item.get(key)
    return value if isinstance(value, str) else ""


def _spec(
    client: PasqalClient, batch: Item, jobs: Sequence[Job], device: str
) -> tuple[dict[str, Any], dict[Path, str]]:
    spec: dict[str, Any] = {"device": device, "jobs": [], "open": is_accepting(batch)}
    files: dict[Path, str] = {}
    for at, job in enumerate(jobs):
        made: dict[str, Any] = {name: job.shown[name] for name in ("runs", "variables") if name in job.shown}
        if "sequence" in job.shown:
            whole = client.read(paths.job(job.id), job.id)
            made["sequence"], files["jobs", at, "sequence"] = "", _text(whole or {}, "sequence")
        spec["jobs"].append(made)
    return spec, files
