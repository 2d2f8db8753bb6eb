"""Hybrid jobs on the local cloud: which sources may run on this machine, and who runs them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256

from reconciler.cli.project import Opened
from reconciler.core.declared import FolderChanged
from reconciler.core.resource import Resource

_KIND = "HybridJob"


def allow_sources(project: Opened, resources: Iterable[Resource]) -> None:
    """Let the sources of these jobs run here: they are the project's own, and somebody said yes to the plan."""
    jobs = [resource for resource in resources if resource.address.kind == _KIND]
    if jobs and project.braket.local:
        project.braket.world().allow_sources(_archives(jobs))


def _archives(jobs: Iterable[Resource]) -> Iterator[str]:
    from reconciler.providers.braket.job_source import pack  # botocore: only for a project with jobs

    sources = {job.payload.source.digest: job.payload.source for job in jobs if job.payload.source is not None}
    for source in sources.values():
        try:
            yield sha256(pack(source)).hexdigest()
        except FolderChanged:
            continue  # its submission is refused, and says why


@contextmanager
def jobs_running(project: Opened) -> Iterator[None]:
    """While this lasts, the local cloud's jobs run in processes of ours; those that still run at its end are ended."""
    records = project.session.store.read().state.records
    if not project.braket.local or not any(text.startswith(f"{_KIND}/") for text in records):
        yield
        return
    from reconciler.emulator.jobs_drive import driving  # a server and processes: only for a project with jobs

    with driving(project.braket.world()):
        yield
