"""A session with Pasqal's unmodified SDK, run as a script in a process of its own.

It finds the local cloud by the environment variables LOCAL_URL and LOCAL_WORLD, prints one JSON object of what it saw,
and moves the local cloud's clock through the world file, as `qctl local advance` does.
"""

import json
import os
import sys
import warnings
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from pasqal_cloud.authentication import TokenProvider, TokenProviderError
from pasqal_cloud.device.configuration import EmuFreeConfig
from pasqal_cloud.endpoints import Endpoints, TokenProviderConf
from pasqal_cloud.errors import ExceptionWithResponseContext, JobRetryError
from pasqal_cloud.pasqal_cloud_client import PasqalCloudClient
from pasqal_cloud.utils.constants import BatchStatus, JobStatus, QueuePriority
from pasqal_cloud.utils.filters import BatchFilters, CancelJobFilters, JobFilters, PaginationParams, RebatchFilters

from reconciler.emulator.world import World
from tests.emulator.pasqal.local import BLOCKADE, PROJECT, RABI

PI = {"omega": 3.141592653589793, "t": 1000}


class _Token(TokenProvider):  # type: ignore[misc] # the SDK has no types that mypy follows
    def get_token(self) -> str:
        return "any"


def endpoints() -> Endpoints:
    url = os.environ["LOCAL_URL"]
    return Endpoints(core=f"{url}/core-fast", account=f"{url}/account")


def later(seconds: float) -> None:
    world = World.open(os.environ["LOCAL_WORLD"])
    world.advance(seconds)
    world.close()


def switch(name: str, value: str) -> None:
    world = World.open(os.environ["LOCAL_WORLD"])
    world.set_switch(name, value)
    world.close()


def waiting(client: PasqalCloudClient, jobs: int = 1, **changes: Any) -> Any:
    """A batch in the queue of a QPU, which is an hour long."""
    asked = [{"runs": 10 + place} for place in range(jobs)]
    return client.create_batch(BLOCKADE, asked, device_type="FRESNEL", **changes)


def run(client: PasqalCloudClient) -> Any:
    jobs = [{"runs": 5, "variables": PI}, {"runs": 7, "serialized_sequence": BLOCKADE}]
    batch = client.create_batch(
        RABI, jobs, device_type="EMU_FREE", configuration=EmuFreeConfig(with_noise=False), tags=["a", "b"], wait=True
    )
    again = client.get_batch(batch.id)
    first, second = again.ordered_jobs
    return {
        "status": [batch.status, first.status, client.get_batch_status(batch.id).value],
        "first": first.result,
        "raw": first.full_result["raw"],
        "second": sum(second.result.values()),
        "sequences": [first.sequence, second.sequence == BLOCKADE, again.sequence_builder == RABI],
        "variables": [first.variables, second.variables],
        "configuration": type(again.configuration).__name__,
        "tags": again.tags,
        "counts": again.jobs_count_per_status,
        "job": [client.get_job(first.id, wait=True).runs, client.get_job_status(first.id).value],
    }


def open_batch(client: PasqalCloudClient) -> Any:
    batch = client.create_batch(RABI, [{"runs": 1, "variables": PI}], open=True, device_type="EMU_FREE")
    batch.add_jobs([{"runs": 2, "variables": PI}], wait=True)
    batch.retry(batch.ordered_jobs[0])
    client.add_jobs(batch.id, [{"runs": 3, "serialized_sequence": BLOCKADE}])
    batch.set_tags(["late"])
    client.set_batch_tags(batch.id, ["late", "later"])
    batch.refresh()
    before = [batch.open, batch.status, batch.tags]
    batch.close(wait=True)
    return {
        "before": before,
        "after": [batch.open, batch.status],
        "runs": [job.runs for job in batch.ordered_jobs],
        "closed": refused(lambda: batch.add_jobs([{"runs": 1}])),
        "retry": type(caught(lambda: batch.retry(batch.ordered_jobs[0]))).__name__,
        "late": client.close_batch(waiting(client, open=True).id).open,
    }


def cancelling(client: PasqalCloudClient) -> Any:
    one, two, three, many, done = (waiting(client, jobs) for jobs in (1, 1, 1, 4, 1))
    client.cancel_batch(one.id)
    bulk = client.cancel_batches([one.id, two.id])
    three.cancel()
    ids = [job.id for job in many.ordered_jobs]
    chosen = client.cancel_jobs(many.id, CancelJobFilters(id=ids[:2], min_runs=11))
    single = client.cancel_job(ids[2])
    many.ordered_jobs[3].cancel()
    left = [client.get_job_status(id_).value for id_ in ids]
    later(7200)
    return {
        "one": client.get_batch_status(one.id).value,
        "bulk": [[batch.id == two.id for batch in bulk.batches], [str(id_) == one.id for id_ in bulk.errors]],
        "three": three.status,
        "chosen": [[job.id == ids[1] for job in chosen.jobs], chosen.errors],
        "single": single.status,
        "left": left,
        "many": [job.status for job in client.get_batch(many.id).ordered_jobs],
        "done": [client.get_batch_status(done.id).value, refused(lambda: client.cancel_batch(done.id))],
        "finished job": refused(lambda: client.cancel_job(done.ordered_jobs[0].id)),
    }


def again(client: PasqalCloudClient) -> Any:
    old = client.create_batch(RABI, [{"runs": 4, "variables": PI}, {"runs": 1}], device_type="EMU_FREE", wait=True)
    states = [job.status for job in old.ordered_jobs]
    new = client.rebatch(old.id, RebatchFilters(status=JobStatus.ERROR, max_runs=3))
    return {
        "states": states,
        "errors": len(old.ordered_jobs[1].errors),
        "parents": [new.parent_id == old.id, new.ordered_jobs[0].parent_id == old.ordered_jobs[1].id],
        "runs": [job.runs for job in new.ordered_jobs],
    }


def lists(client: PasqalCloudClient) -> Any:
    batch = waiting(client, 2, tags=["listed"], open=True)
    day = timedelta(days=1)
    now = datetime.now(UTC)
    mine = BatchFilters(tag="listed", project_id=PROJECT)
    every = BatchFilters(
        id=[batch.id],
        project_id=PROJECT,
        user_id=batch.user_id,
        device_type="FRESNEL",
        status=[BatchStatus.PENDING, BatchStatus.RUNNING],
        open=True,
        start_date=now - day,
        end_date=now + day,
        queue_priority=QueuePriority.MEDIUM,
        tag="listed",
    )
    jobs = JobFilters(
        id=[job.id for job in batch.ordered_jobs],
        project_id=PROJECT,
        user_id=[batch.user_id],
        batch_id=batch.id,
        status=JobStatus.PENDING,
        min_runs=11,
        max_runs=11,
        errors=False,
        start_date=now - day,
        end_date=now + day,
    )
    page = client.get_batches(BatchFilters(project_id=PROJECT), PaginationParams(offset=1, limit=2))
    return {
        "mine": [found.id == batch.id for found in client.get_batches(mine).results],
        "every": client.get_batches(every).total,
        "closed": client.get_batches(BatchFilters(tag="listed", open=False)).total,
        "none": client.get_batches(BatchFilters(tag="Listed")).total,
        "page": [page.offset, len(page.results), page.total > 3],
        "jobs": [job.runs for job in client.get_jobs(jobs).results],
    }


def many_jobs(client: PasqalCloudClient) -> Any:
    batch = waiting(client, 251)
    found = client.get_batch(batch.id).ordered_jobs
    return [len(found), [job.runs for job in found] == list(range(10, 261))]


def workloads(client: PasqalCloudClient) -> Any:
    made = client.create_workload("qadence_circuit", "pyqtorch", {"depth": 2}, wait=True)
    switch("pasqal.latency.emulator.queue", "3600")
    cancelled = client.create_workload("qadence_circuit", "pyqtorch", {"depth": 3})
    cancelled.cancel()
    return {
        "made": [made.status, client.get_workload(made.id).result],
        "cancelled": [cancelled.status, client.get_workload(cancelled.id).status],
        "late": refused(lambda: client.cancel_workload(made.id)),
        "wrong": refused(lambda: client.create_workload("x", "pyqtorch", {})),
    }


def surroundings(client: PasqalCloudClient) -> Any:
    conf = TokenProviderConf(
        token_endpoint=f"{os.environ['LOCAL_URL']}/oauth/token",
        public_client_id="id",
        audience="audience",
        realm="pcs-users",
        grant_type="http://auth0.com/oauth/grant-type/password-realm",
    )

    def login(password: str) -> PasqalCloudClient:
        return PasqalCloudClient(username="me@example.org", password=password, endpoints=endpoints(), auth_config=conf)

    user = login("right")
    switched = user.switch_to_project(PROJECT)
    specs = client.get_device_specs_dict()
    try:
        wrong = str(login("wrong").user_token())
    except TokenProviderError as problem:
        wrong = str(problem)
    return {
        "specs": sorted(specs),
        "public": PasqalCloudClient(endpoints=endpoints()).get_device_specs_dict() == specs,
        "projects": [project.id for project in client.get_all_projects()],
        "switched": [switched, waiting(user).project_id],
        "wrong": wrong,
    }


def mistakes(client: PasqalCloudClient) -> Any:
    nobody = "11111111-1111-4111-8111-111111111111"
    stranger = PasqalCloudClient(token_provider=_Token(), project_id=nobody, endpoints=endpoints())
    return {
        "missing": refused(lambda: client.get_batch(nobody)),
        "stranger": refused(lambda: waiting(stranger)),
        "variables": refused(lambda: client.create_batch(BLOCKADE, [{"runs": 1, "variables": PI}])),
        "tags": refused(lambda: waiting(client, tags=["a", "a"])),
    }


def refused(call: Callable[[], Any]) -> str:
    """The first line of the SDK's error, as far as the code."""
    return ":".join(str(caught(call)).splitlines()[0].split(":")[:2])


def caught(call: Callable[[], Any]) -> BaseException | None:
    try:
        call()
    # The SDK's errors are no Exceptions.
    except (ExceptionWithResponseContext, JobRetryError) as problem:
        found: BaseException = problem
        return found
    return None


SCENES = (run, open_batch, cancelling, again, lists, many_jobs, workloads, surroundings, mistakes)

if __name__ == "__main__":
    warnings.simplefilter("ignore")
    sdk = PasqalCloudClient(token_provider=_Token(), project_id=PROJECT, endpoints=endpoints())
    json.dump({scene.__name__: scene(sdk) for scene in SCENES}, sys.stdout)
