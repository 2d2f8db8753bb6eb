"""Every public method of Pasqal's SDK, and every error its reference names, reached by a test that names it.

`operations_table.py` makes the table of these tests at the end of a run.
"""

from __future__ import annotations

import inspect
import re
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from reconciler.cli.local import pasqal_client
from reconciler.emulator.world import World
from tests.emulator.pasqal.local import PROJECT
from tests.emulator.serving import serving

NOBODY = "11111111-1111-4111-8111-111111111111"
Client = Any
Call = Callable[[Client], Any]


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[World, str]]:
    """One local cloud for all, whose time stands still between the SDK's questions. Nothing is simulated."""
    world = World.open(":memory:", base=lambda: 1_800_000_000.0)
    world.set_switch("pasqal.latency.cancel", "0")
    world.set_switch("simulation", "skip")
    with serving(world) as server:
        yield world, server.url
    world.close()


@pytest.fixture
def client(served: tuple[World, str], monkeypatch: pytest.MonkeyPatch) -> Client:
    """A client as `qctl local serve` writes it, whose waits turn the cloud's clock."""
    world, url = served
    world.clear_faults()
    monkeypatch.setattr(time, "sleep", world.advance)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    names: dict[str, Any] = {}
    exec(pasqal_client(url), names)  # noqa: S102 - our own text
    return names["client"]


def batch(client: Client, **changes: Any) -> Any:
    """One in the queue of a QPU."""
    return client.create_batch("opaque", [{"runs": 5}], device_type="FRESNEL", **changes)


def job(client: Client) -> str:
    return str(batch(client).ordered_jobs[0].id)


def workload(client: Client, **changes: Any) -> Any:
    return client.create_workload("qadence_circuit", "pyqtorch", {"depth": 2}, **changes)


# Each call, made so that it goes well, and what of its answer shows that it did.
PLAIN: Mapping[str, tuple[Call, Any]] = {
    "add_jobs": (lambda c: len(c.add_jobs(batch(c, open=True).id, [{"runs": 6}]).ordered_jobs), 2),
    "cancel_batch": (lambda c: c.cancel_batch(batch(c).id).status, "CANCELED"),
    "cancel_batches": (lambda c: [b.status for b in c.cancel_batches([batch(c).id]).batches], ["CANCELED"]),
    "cancel_job": (lambda c: c.cancel_job(job(c)).status, "CANCELED"),
    "cancel_jobs": (lambda c: [j.status for j in c.cancel_jobs(batch(c).id).jobs], ["CANCELED"]),
    "cancel_workload": (lambda c: c.cancel_workload(workload(c).id).status, "CANCELED"),
    "close_batch": (lambda c: c.close_batch(batch(c, open=True).id).open, False),
    "complete_batch": (lambda c: c.complete_batch(batch(c, open=True).id).open, False),
    "create_batch": (lambda c: batch(c).status, "PENDING"),
    "create_workload": (lambda c: workload(c).backend, "pyqtorch"),
    "get_all_projects": (lambda c: [project.id for project in c.get_all_projects()], [PROJECT]),
    "get_batch": (lambda c: c.get_batch(batch(c).id).device_type, "FRESNEL"),
    "get_batch_status": (lambda c: c.get_batch_status(batch(c).id).value, "PENDING"),
    "get_batches": (lambda c: [b.device_type for b in c.get_batches().results][:1] if batch(c) else [], ["FRESNEL"]),
    "get_device_specs_dict": (lambda c: "FRESNEL" in c.get_device_specs_dict(), True),
    "get_job": (lambda c: c.get_job(job(c)).runs, 5),
    "get_job_status": (lambda c: c.get_job_status(job(c)).value, "PENDING"),
    "get_jobs": (lambda c: [j.runs for j in c.get_jobs().results][:1] if batch(c) else [], [5]),
    "get_workload": (lambda c: c.get_workload(workload(c).id).workload_type, "qadence_circuit"),
    "project_id": (lambda c: c.project_id, PROJECT),
    "rebatch": (lambda c: [j.runs for j in c.rebatch(batch(c).id).ordered_jobs], [5]),
    "set_batch_tags": (lambda c: c.set_batch_tags(batch(c).id, ["a"]).tags, ["a"]),
    "switch_to_project": (lambda c: c.switch_to_project(PROJECT), PROJECT),
    "user_token": (lambda c: bool(c.user_token()), True),
    "wait_for_workload": (lambda c: workload(c, wait=True).status, "DONE"),
}


def _closed(client: Client) -> Any:
    return client.add_jobs(batch(client).id, [{"runs": 6}])


# Each call, made so that it ends in the error. The SDK turns any refusal into the one error of the method.
ERRORS: Mapping[tuple[str, str], Call] = {
    ("add_jobs", "JobCreationError"): _closed,
    ("cancel_batch", "BatchCancellingError"): lambda c: c.cancel_batch(NOBODY),
    ("cancel_job", "JobCancellingError"): lambda c: c.cancel_job(NOBODY),
    ("cancel_jobs", "JobCancellingError"): lambda c: c.cancel_jobs(NOBODY),
    ("cancel_workload", "WorkloadCancellingError"): lambda c: c.cancel_workload(NOBODY),
    ("close_batch", "BatchClosingError"): lambda c: c.close_batch(NOBODY),
    ("complete_batch", "BatchClosingError"): lambda c: c.complete_batch(NOBODY),
    ("create_batch", "BatchCreationError"): lambda c: batch(c, tags=["a", "a"]),
    ("create_workload", "WorkloadCreationError"): lambda c: c.create_workload("x", "pyqtorch", {}),
    ("get_batch", "BatchFetchingError"): lambda c: c.get_batch(NOBODY),
    ("get_batch_status", "BatchFetchingError"): lambda c: c.get_batch_status(NOBODY),
    ("get_batches", "TypeError"): lambda c: c.get_batches("all"),
    ("get_job", "JobFetchingError"): lambda c: c.get_job(NOBODY),
    ("get_job_status", "JobFetchingError"): lambda c: c.get_job_status(NOBODY),
    ("get_jobs", "TypeError"): lambda c: c.get_jobs("all"),
    ("get_workload", "WorkloadFetchingError"): lambda c: c.get_workload(NOBODY),
    ("rebatch", "RebatchError"): lambda c: c.rebatch(NOBODY),
    ("set_batch_tags", "BatchSetTagsError"): lambda c: c.set_batch_tags(NOBODY, ["a"]),
    ("switch_to_project", "ProjectNotFoundError"): lambda c: c.switch_to_project(NOBODY),
}
# No request that the SDK can make is refused here: the fault script answers 400 to this path.
SCRIPTED: Mapping[tuple[str, str], tuple[Call, str]] = {
    ("cancel_batches", "BatchCancellingError"): (PLAIN["cancel_batches"][0], "/batches/cancel"),
    ("create_batch", "BatchFetchingError"): (lambda c: batch(c, wait=True), "/batches/[0-9a-f-]{36}"),
    ("get_all_projects", "ProjectFetchingError"): (PLAIN["get_all_projects"][0], "/projects"),
    ("get_batches", "BatchFetchingError"): (lambda c: c.get_batches(), "/batches$"),
    ("get_device_specs_dict", "DeviceSpecsFetchingError"): (PLAIN["get_device_specs_dict"][0], "/devices/"),
    ("get_jobs", "JobFetchingError"): (lambda c: c.get_jobs(), "/jobs$"),
}


def errors() -> Any:
    """The SDK's errors by name, and Python's."""
    import pasqal_cloud.errors  # Half a second, which only these tests spend.

    return {"TypeError": TypeError, **vars(pasqal_cloud.errors)}


@pytest.mark.parametrize("method", PLAIN)
def test_plain(client: Client, method: str) -> None:
    call, expected = PLAIN[method]
    assert call(client) == expected


@pytest.mark.parametrize(("method", "error"), ERRORS)
def test_error(client: Client, method: str, error: str) -> None:
    with pytest.raises(errors()[error]):
        ERRORS[method, error](client)


@pytest.mark.parametrize(("method", "error"), SCRIPTED)
def test_error_by_script(served: tuple[World, str], client: Client, method: str, error: str) -> None:
    call, path = SCRIPTED[method, error]
    served[0].add_fault({"service": "pasqal", "effect": "status", "status": 400, "path": path, "always": True})
    with pytest.raises(errors()[error]):
        call(client)


def test_nothing_of_the_sdk_is_left_out() -> None:
    from pasqal_cloud.pasqal_cloud_client import PasqalCloudClient

    methods = {name for name in vars(PasqalCloudClient) if not name.startswith("_")}
    assert set(PLAIN) == methods
    documented = {(name, error) for name in methods for error in _raised(getattr(PasqalCloudClient, name))}
    reached = [*ERRORS, *SCRIPTED]
    assert len(set(reached)) == len(reached)
    assert documented <= set(reached)


def _raised(method: Any) -> list[str]:
    """What the SDK's own reference says that a method raises. It misspells one."""
    _, _, section = (inspect.getdoc(method) or "").partition("Raises:")
    names = re.findall(r"^\s+(\w+):", section, re.MULTILINE)
    return [name.replace("WorkloadCancelingError", "WorkloadCancellingError") for name in names]
